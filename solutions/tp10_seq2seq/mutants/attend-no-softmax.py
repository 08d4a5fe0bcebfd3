# %% tags=["mutant"]
# mistake = "the scores are the weights"
# loses = ["q7-attend"]
# breaks = ["masked-softmax"]
# hint = "scores become weights by a softmax"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores * mask.unsqueeze(1)
    return weights @ values, weights
