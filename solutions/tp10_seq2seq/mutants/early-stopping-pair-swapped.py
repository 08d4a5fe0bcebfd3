# %% tags=["mutant"]
# mistake = "the pair is the other way round"
# loses = ["q4-early-stopping"]
# breaks = ["counts-from-best", "best"]
# hint = "the pair is"
# public = true

# %% grade_id="q4-early-stopping"
def early_stopping(losses, patience):
    best = 1
    for epoch, loss in enumerate(losses, start=1):
        if loss < losses[best - 1]:
            best = epoch
        if epoch - best >= patience:
            return best, epoch
    return best, len(losses)
