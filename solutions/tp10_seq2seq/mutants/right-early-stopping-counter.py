# %% tags=["mutant"]
# variant = "a counter that starts again at each new best"
# loses = []

# %% grade_id="q4-early-stopping"
def early_stopping(losses, patience):
    smallest, best, waited = float("inf"), 0, 0
    for epoch in range(1, len(losses) + 1):
        if losses[epoch - 1] < smallest:
            smallest, best, waited = losses[epoch - 1], epoch, 0
        else:
            waited += 1
            if waited == patience:
                break
    return epoch, best
