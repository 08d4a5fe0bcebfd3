# %% tags=["mutant"]
# mistake = "a number on padding that scores may lie below"
# loses = ["q7-attend"]
# breaks = ["large"]
# hint = "-inf stands on padding"
# public = false

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores.masked_fill(~mask.unsqueeze(1), -1e4).softmax(dim=2)
    return weights @ values, weights
