# %% tags=["mutant"]
# mistake = "where it never stops, the last of equal losses is kept"
# loses = ["q4-early-stopping"]
# breaks = ["best"]
# hint = "of equal losses, the first one is the best"
# public = false

# %% grade_id="q4-early-stopping"
def early_stopping(losses, patience):
    best = 1
    for epoch, loss in enumerate(losses, 1):
        if loss < losses[best - 1]:
            best = epoch
        elif epoch - best >= patience:
            return epoch, best
    return len(losses), max(i for i, l in enumerate(losses, 1) if l == min(losses))
