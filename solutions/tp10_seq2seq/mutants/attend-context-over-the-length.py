# %% tags=["mutant"]
# mistake = "the context is a mean of what the weights make of the values"
# loses = ["q7-attend"]
# breaks = ["context"]
# hint = "the sum divided by the length"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores.masked_fill(~mask.unsqueeze(1), float("-inf")).softmax(dim=2)
    return (weights.unsqueeze(3) * values.unsqueeze(1)).mean(dim=2), weights
