# %% tags=["mutant"]
# mistake = "all is computed in float64, and comes back so"
# loses = ["q7-attend"]
# breaks = ["calls"]
# hint = "float64"
# public = false

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores.double().masked_fill(~mask.unsqueeze(1), float("-inf")).softmax(dim=2)
    return weights @ values.double(), weights
