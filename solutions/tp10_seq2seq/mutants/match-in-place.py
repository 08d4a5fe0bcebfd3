# %% tags=["mutant"]
# mistake = "the tensors that are given are written into"
# loses = ["q5-exact-match"]
# breaks = ["lines"]
# hint = "change it in place"
# public = false

# %% grade_id="q5-exact-match"
def exact_match(predicted, target, mask):
    target[~mask] = PAD
    predicted.clamp_(min=0)
    width = target.shape[1]
    predicted = F.pad(predicted, (0, max(0, width - predicted.shape[1])), value=PAD)[:, :width]
    return ((predicted == target) | ~mask).all(dim=1)
