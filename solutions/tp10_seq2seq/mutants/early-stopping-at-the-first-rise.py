# %% tags=["mutant"]
# mistake = "it stops at the first rise, whatever the patience"
# loses = ["q4-early-stopping"]
# breaks = ["counts-from-best"]
# hint = "first rise"
# public = true

# %% grade_id="q4-early-stopping"
def early_stopping(losses, patience):
    for epoch in range(1, len(losses)):
        if losses[epoch] > losses[epoch - 1]:
            return epoch + 1, losses.index(min(losses[: epoch + 1])) + 1
    return len(losses), losses.index(min(losses)) + 1
