# %% tags=["mutant"]
# mistake = "prediction and target are cut to the shorter of them"
# loses = ["q5-exact-match"]
# breaks = ["widths"]
# hint = "cut nothing off the target"
# public = true

# %% grade_id="q5-exact-match"
def exact_match(predicted, target, mask):
    width = min(predicted.shape[1], target.shape[1])
    return ((predicted[:, :width] == target[:, :width]) | ~mask[:, :width]).all(dim=1)
