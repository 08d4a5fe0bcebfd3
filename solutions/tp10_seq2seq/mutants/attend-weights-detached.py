# %% tags=["mutant"]
# mistake = "no gradient goes through the weights"
# loses = ["q7-attend"]
# breaks = ["calls"]
# hint = "no detach"
# public = false

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores.masked_fill(~mask.unsqueeze(1), float("-inf")).softmax(dim=2)
    weights = weights.detach()
    return weights @ values, weights
