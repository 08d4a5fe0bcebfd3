# %% tags=["mutant"]
# mistake = "the softmax goes over steps and places together"
# loses = ["q7-attend"]
# breaks = ["masked-softmax"]
# hint = "over the steps too"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    flat = scores.masked_fill(~mask.unsqueeze(1), -1e9).flatten(1)
    weights = flat.softmax(dim=1).view_as(scores)
    return weights @ values, weights
