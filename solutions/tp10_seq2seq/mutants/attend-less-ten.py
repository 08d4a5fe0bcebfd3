# %% tags=["mutant"]
# mistake = "10 is taken off the scores on padding"
# loses = ["q7-attend"]
# breaks = ["masked-softmax", "padding"]
# hint = "over the places of the source"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = (scores - 10.0 * ~mask.unsqueeze(1)).softmax(dim=2)
    return weights @ values, weights
