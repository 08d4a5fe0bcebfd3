# %% tags=["mutant"]
# mistake = "the best epoch is looked for among those that are never run too"
# loses = ["q4-early-stopping"]
# breaks = ["best"]
# hint = "among those that are run"
# public = true

# %% grade_id="q4-early-stopping"
def early_stopping(losses, patience):
    best = 1
    for epoch, loss in enumerate(losses, start=1):
        if loss < losses[best - 1]:
            best = epoch
        if epoch - best >= patience:
            return epoch, losses.index(min(losses)) + 1
    return len(losses), best
