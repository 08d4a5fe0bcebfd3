# %% tags=["mutant"]
# mistake = "where it never stops, the last epoch but one is told"
# loses = ["q4-early-stopping"]
# breaks = ["runs-out"]
# hint = "that of the last loss"
# public = true

# %% grade_id="q4-early-stopping"
def early_stopping(losses, patience):
    best = 1
    for epoch, loss in enumerate(losses, start=1):
        if loss < losses[best - 1]:
            best = epoch
        if epoch - best >= patience:
            return epoch, best
    return len(losses) - 1, best
