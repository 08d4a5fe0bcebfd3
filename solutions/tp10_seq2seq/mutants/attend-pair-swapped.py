# %% tags=["mutant"]
# mistake = "the weights come first"
# loses = ["q7-attend"]
# breaks = ["masked-softmax", "context"]
# hint = "shape"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores.masked_fill(~mask.unsqueeze(1), float("-inf")).softmax(dim=2)
    return weights, weights @ values
