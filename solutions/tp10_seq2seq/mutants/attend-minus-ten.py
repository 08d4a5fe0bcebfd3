# %% tags=["mutant"]
# mistake = "scores of -10 on padding"
# loses = ["q7-attend"]
# breaks = ["masked-softmax"]
# hint = "still weighs something"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores.masked_fill(~mask.unsqueeze(1), -10.0).softmax(dim=2)
    return weights @ values, weights
