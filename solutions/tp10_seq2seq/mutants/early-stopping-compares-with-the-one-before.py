# %% tags=["mutant"]
# mistake = "a loss is compared with the one before, not with the best"
# loses = ["q4-early-stopping"]
# breaks = ["counts-from-best"]
# hint = "with the best loss so far"
# public = false

# %% grade_id="q4-early-stopping"
def early_stopping(losses, patience):
    best, waited = 1, 0
    for epoch, loss in enumerate(losses[1:], start=2):
        waited = 0 if loss < losses[epoch - 2] else waited + 1
        best = epoch if loss < losses[best - 1] else best
        if waited >= patience:
            return epoch, best
    return len(losses), best
