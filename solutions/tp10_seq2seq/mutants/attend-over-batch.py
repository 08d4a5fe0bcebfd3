# %% tags=["mutant"]
# mistake = "the softmax goes over the batch"
# loses = ["q7-attend"]
# breaks = ["masked-softmax"]
# hint = "over the places of the source"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores.masked_fill(~mask.unsqueeze(1), -1e9).softmax(dim=0)
    return weights @ values, weights
