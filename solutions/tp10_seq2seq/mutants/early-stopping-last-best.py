# %% tags=["mutant"]
# mistake = "of equal losses the last one is the best"
# loses = ["q4-early-stopping"]
# breaks = ["best"]
# hint = "strictly below"
# public = true

# %% grade_id="q4-early-stopping"
def early_stopping(losses, patience):
    best = 1
    for epoch, loss in enumerate(losses, start=1):
        if loss < losses[best - 1]:
            best = epoch
        if epoch - best >= patience:
            return epoch, epoch - losses[:epoch][::-1].index(min(losses[:epoch]))
    return len(losses), best
