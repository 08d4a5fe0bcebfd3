# %% tags=["mutant"]
# mistake = "the last epoch comes back as the best"
# loses = ["q4-early-stopping"]
# breaks = ["best"]
# hint = "not the last"
# public = true

# %% grade_id="q4-early-stopping"
def early_stopping(losses, patience):
    best = 1
    for epoch, loss in enumerate(losses, start=1):
        if loss < losses[best - 1]:
            best = epoch
        if epoch - best >= patience:
            return epoch, epoch
    return len(losses), len(losses)
