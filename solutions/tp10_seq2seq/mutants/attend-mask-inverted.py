# %% tags=["mutant"]
# mistake = "the mask is inverted"
# loses = ["q7-attend"]
# breaks = ["masked-softmax", "padding"]
# hint = "the mask is inverted"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores.masked_fill(mask.unsqueeze(1), float("-inf")).softmax(dim=2)
    return weights @ values, weights
