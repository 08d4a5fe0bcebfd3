# %% tags=["mutant"]
# mistake = "the weights alone come back"
# loses = ["q7-attend"]
# breaks = ["masked-softmax", "context"]
# hint = "return context, weights"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores.masked_fill(~mask.unsqueeze(1), float("-inf")).softmax(dim=2)
    return weights
