# %% tags=["mutant"]
# variant = "with numpy"
# loses = []

# %% grade_id="q4-early-stopping"
def early_stopping(losses, patience):
    import numpy as np

    seen = np.minimum.accumulate(losses)
    firsts = [int(np.argmax(seen == each)) for each in seen]
    late = [epoch for epoch, first in enumerate(firsts) if epoch - first >= patience]
    last = late[0] if late else len(losses) - 1
    return last + 1, firsts[last] + 1
