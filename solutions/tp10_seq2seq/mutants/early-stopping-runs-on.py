# %% tags=["mutant"]
# mistake = "where it never stops, nothing comes back"
# loses = ["q4-early-stopping"]
# breaks = ["runs-out"]
# hint = "where training never stops too"
# public = true

# %% grade_id="q4-early-stopping"
def early_stopping(losses, patience):
    best = 1
    for epoch, loss in enumerate(losses, start=1):
        if loss < losses[best - 1]:
            best = epoch
        if epoch - best >= patience:
            return epoch, best
