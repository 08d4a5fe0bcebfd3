# %% tags=["mutant"]
# mistake = "the softmax goes over an axis of one: all weights are 1"
# loses = ["q7-attend"]
# breaks = ["masked-softmax"]
# hint = "an axis of length 1"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    scores = scores.masked_fill(~mask.unsqueeze(1), -1e9)
    weights = scores.unsqueeze(3).softmax(dim=3).squeeze(3) * mask.unsqueeze(1)
    return weights @ values, weights
