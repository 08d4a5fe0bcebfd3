# %% tags=["mutant"]
# mistake = "epochs are counted from 0"
# loses = ["q4-early-stopping"]
# breaks = ["counts-from-best", "best", "runs-out"]
# hint = "counted from 1"
# public = true

# %% grade_id="q4-early-stopping"
def early_stopping(losses, patience):
    best = 1
    for epoch, loss in enumerate(losses, start=1):
        if loss < losses[best - 1]:
            best = epoch
        if epoch - best >= patience:
            return epoch - 1, best - 1
    return len(losses) - 1, best - 1
