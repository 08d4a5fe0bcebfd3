# %% tags=["mutant"]
# mistake = "the context is the mean of the values"
# loses = ["q7-attend"]
# breaks = ["context"]
# hint = "sum by the weights"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores.masked_fill(~mask.unsqueeze(1), float("-inf")).softmax(dim=2)
    return values.mean(dim=1, keepdim=True).expand(-1, scores.size(1), -1), weights
