# %% tags=["mutant"]
# mistake = "END is not compared: a line that goes on is taken for right"
# loses = ["q5-exact-match"]
# breaks = ["all-up-to-end"]
# hint = "END counts"
# public = true

# %% grade_id="q5-exact-match"
def exact_match(predicted, target, mask):
    missing = max(0, target.shape[1] - predicted.shape[1])
    compared = F.pad(predicted, (0, missing), value=PAD)[:, : target.shape[1]]
    text = mask & (target != END)
    return ((compared == target) | ~text).all(dim=1)
