# %% tags=["mutant"]
# mistake = "the context comes back in float64"
# loses = ["q7-attend"]
# breaks = ["calls"]
# hint = "large scores overflow nothing"
# public = false

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores.masked_fill(~mask.unsqueeze(1), float("-inf")).softmax(dim=2)
    return (weights @ values).double(), weights
