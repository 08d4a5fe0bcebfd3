# %% tags=["mutant"]
# mistake = "scores are multiplied by the mask"
# loses = ["q7-attend"]
# breaks = ["masked-softmax", "padding"]
# hint = "a score of 0 on padding"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = (scores * mask.unsqueeze(1)).softmax(dim=2)
    return weights @ values, weights
