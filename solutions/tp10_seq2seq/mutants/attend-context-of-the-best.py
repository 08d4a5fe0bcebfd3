# %% tags=["mutant"]
# mistake = "the value with the largest weight is taken"
# loses = ["q7-attend"]
# breaks = ["context"]
# hint = "the sum of the values by the weights"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores.masked_fill(~mask.unsqueeze(1), float("-inf")).softmax(dim=2)
    best = weights.argmax(dim=2)
    return values.take_along_dim(best.unsqueeze(2), dim=1), weights
