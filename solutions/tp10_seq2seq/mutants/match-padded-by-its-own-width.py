# %% tags=["mutant"]
# mistake = "as many places are added as the prediction has: too few where the target is more than twice as wide"
# loses = ["q5-exact-match"]
# breaks = ["widths"]
# hint = "fewer or more columns"
# public = false

# %% grade_id="q5-exact-match"
def exact_match(predicted, target, mask):
    width = target.shape[1]
    compared = F.pad(predicted, (0, predicted.shape[1]), value=PAD)[:, :width]
    return ((compared == target) | ~mask).all(dim=1)
