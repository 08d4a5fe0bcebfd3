# %% tags=["mutant"]
# mistake = "the patience is 2, whatever is asked"
# loses = ["q4-early-stopping"]
# breaks = ["counts-from-best"]
# hint = "as many epochs as patience says"
# public = true

# %% grade_id="q4-early-stopping"
def early_stopping(losses, patience):
    best = 1
    for epoch, loss in enumerate(losses, start=1):
        if loss < losses[best - 1]:
            best = epoch
        if epoch - best >= 2:
            return epoch, best
    return len(losses), best
