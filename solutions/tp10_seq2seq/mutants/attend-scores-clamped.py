# %% tags=["mutant"]
# mistake = "scores are cut off at 50"
# loses = ["q7-attend"]
# breaks = ["large"]
# hint = "large scores"
# public = false

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    scores = scores.clamp(-50, 50)
    weights = scores.masked_fill(~mask.unsqueeze(1), float("-inf")).softmax(dim=2)
    return weights @ values, weights
