# %% tags=["mutant"]
# mistake = "the softmax goes over the steps"
# loses = ["q7-attend"]
# breaks = ["masked-softmax"]
# hint = "not over the steps"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores.masked_fill(~mask.unsqueeze(1), -1e9).softmax(dim=1)
    return weights @ values, weights
