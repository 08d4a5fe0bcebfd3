# %% tags=["mutant"]
# mistake = "scores are divided by the root of the width of the values"
# loses = ["q7-attend"]
# breaks = ["masked-softmax"]
# hint = "a softmax over the places of the source"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    scores = scores / values.size(2) ** 0.5
    weights = scores.masked_fill(~mask.unsqueeze(1), float("-inf")).softmax(dim=2)
    return weights @ values, weights
