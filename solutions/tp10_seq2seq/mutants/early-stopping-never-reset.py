# %% tags=["mutant"]
# mistake = "the count of epochs without progress never starts again"
# loses = ["q4-early-stopping"]
# breaks = ["counts-from-best"]
# hint = "starts again at each new best"
# public = true

# %% grade_id="q4-early-stopping"
def early_stopping(losses, patience):
    best, waited = 1, 0
    for epoch, loss in enumerate(losses[1:], start=2):
        if loss < losses[best - 1]:
            best = epoch
        else:
            waited += 1
        if waited >= patience:
            return epoch, best
    return len(losses), best
