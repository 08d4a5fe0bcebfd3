# %% tags=["mutant"]
# mistake = "squeeze() without a dimension: a batch of one gives a number without an axis"
# loses = ["q5-exact-match"]
# breaks = ["lines"]
# hint = "squeezed away"
# public = true

# %% grade_id="q5-exact-match"
def exact_match(predicted, target, mask):
    missing = max(0, target.shape[1] - predicted.shape[1])
    compared = F.pad(predicted, (0, missing), value=PAD)[:, : target.shape[1]]
    return ((compared == target) | ~mask).all(dim=1).squeeze()
