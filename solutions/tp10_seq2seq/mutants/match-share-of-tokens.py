# %% tags=["mutant"]
# mistake = "the share of right tokens, in place of all of them"
# loses = ["q5-exact-match"]
# breaks = ["all-up-to-end"]
# hint = "no share of them"
# public = true

# %% grade_id="q5-exact-match"
def exact_match(predicted, target, mask):
    missing = max(0, target.shape[1] - predicted.shape[1])
    compared = F.pad(predicted, (0, missing), value=PAD)[:, : target.shape[1]]
    return ((compared == target) & mask).sum(dim=1) / mask.sum(dim=1)
