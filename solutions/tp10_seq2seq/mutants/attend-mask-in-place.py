# %% tags=["mutant"]
# mistake = "the mask is inverted in place"
# loses = ["q7-attend"]
# breaks = ["calls"]
# hint = "changes a tensor in place"
# public = false

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    mask.logical_not_()
    weights = scores.masked_fill(mask.unsqueeze(1), float("-inf")).softmax(dim=2)
    return weights @ values, weights
