# %% tags=["mutant"]
# mistake = "floats 0 and 1 in place of truth values"
# loses = ["q5-exact-match"]
# breaks = ["lines"]
# hint = "the answer is bool"
# public = true

# %% grade_id="q5-exact-match"
def exact_match(predicted, target, mask):
    missing = max(0, target.shape[1] - predicted.shape[1])
    compared = F.pad(predicted, (0, missing), value=PAD)[:, : target.shape[1]]
    return ((compared == target) | ~mask).all(dim=1).float()
