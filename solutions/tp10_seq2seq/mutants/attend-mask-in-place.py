# %% tags=["mutant"]
# mistake = "the mask is turned round in place"
# loses = ["q7-attend"]
# breaks = ["calls"]
# hint = "in place"
# public = false

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    hidden = mask.logical_not_()
    weights = scores.masked_fill(hidden.unsqueeze(1), float("-inf")).softmax(dim=2)
    return weights @ values, weights
