# %% tags=["mutant"]
# mistake = "there is no mask"
# loses = ["q7-attend"]
# breaks = ["masked-softmax", "padding"]
# hint = "there is no mask"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores.softmax(dim=2)
    return weights @ values, weights
