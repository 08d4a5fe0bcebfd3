# %% tags=["mutant"]
# mistake = "the best epoch is also told as the one that training stops after"
# loses = ["q4-early-stopping"]
# breaks = ["counts-from-best"]
# hint = "is told first"
# public = true

# %% grade_id="q4-early-stopping"
def early_stopping(losses, patience):
    best = 1
    for epoch, loss in enumerate(losses, start=1):
        if loss < losses[best - 1]:
            best = epoch
        if epoch - best >= patience:
            return best, best
    return len(losses), best
