# %% tags=["mutant"]
# mistake = "it stops one epoch late"
# loses = ["q4-early-stopping"]
# breaks = ["counts-from-best"]
# hint = "one epoch late"
# public = true

# %% grade_id="q4-early-stopping"
def early_stopping(losses, patience):
    best = 1
    for epoch, loss in enumerate(losses, start=1):
        if loss < losses[best - 1]:
            best = epoch
        if epoch - best > patience:
            return epoch, best
    return len(losses), best
