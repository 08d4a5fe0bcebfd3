# %% tags=["mutant"]
# mistake = "no gradient goes to the values"
# loses = ["q7-attend"]
# breaks = ["calls"]
# hint = "no detach"
# public = false

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores.masked_fill(~mask.unsqueeze(1), float("-inf")).softmax(dim=2)
    return weights @ values.detach(), weights
