# %% tags=["mutant"]
# mistake = "log_softmax in place of softmax"
# loses = ["q7-attend"]
# breaks = ["masked-softmax"]
# hint = "a softmax over the places of the source"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores.masked_fill(~mask.unsqueeze(1), -1e9).log_softmax(dim=2)
    return weights @ values, weights
