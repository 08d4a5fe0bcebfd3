# %% tags=["mutant"]
# variant = "the index of the minimum of what was seen"
# loses = []

# %% grade_id="q4-early-stopping"
def early_stopping(losses, patience):
    for epoch in range(1, len(losses) + 1):
        best = losses.index(min(losses[:epoch])) + 1
        if epoch - best == patience:
            break
    return epoch, best
