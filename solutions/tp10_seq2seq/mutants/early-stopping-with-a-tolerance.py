# %% tags=["mutant"]
# mistake = "a loss that is a little below the best is no progress"
# loses = ["q4-early-stopping"]
# breaks = ["counts-from-best"]
# hint = "no tolerance"
# public = false

# %% grade_id="q4-early-stopping"
def early_stopping(losses, patience):
    best = 1
    for epoch, loss in enumerate(losses, 1):
        if loss < losses[best - 1] - 1e-2:
            best = epoch
        elif epoch - best >= patience:
            return epoch, best
    return len(losses), best
