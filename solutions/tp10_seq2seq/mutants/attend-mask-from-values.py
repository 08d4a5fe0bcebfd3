# %% tags=["mutant"]
# mistake = "padding is where the values are zero"
# loses = ["q7-attend"]
# breaks = ["masked-softmax", "padding"]
# hint = "over the places of the source"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    mask = values.abs().sum(dim=2) > 0
    weights = scores.masked_fill(~mask.unsqueeze(1), float("-inf")).softmax(dim=2)
    return weights @ values, weights
