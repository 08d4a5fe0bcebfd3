# %% tags=["mutant"]
# mistake = "the values are summed by the scores"
# loses = ["q7-attend"]
# breaks = ["context"]
# hint = "counted by the scores"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores.masked_fill(~mask.unsqueeze(1), float("-inf")).softmax(dim=2)
    return scores.masked_fill(~mask.unsqueeze(1), 0) @ values, weights
