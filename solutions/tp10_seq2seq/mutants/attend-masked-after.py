# %% tags=["mutant"]
# mistake = "the mask comes after the softmax"
# loses = ["q7-attend"]
# breaks = ["masked-softmax", "padding"]
# hint = "not after it"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores.softmax(dim=2) * mask.unsqueeze(1)
    return weights @ values, weights
