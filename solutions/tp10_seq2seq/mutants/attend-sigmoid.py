# %% tags=["mutant"]
# mistake = "a sigmoid in place of the softmax"
# loses = ["q7-attend"]
# breaks = ["masked-softmax"]
# hint = "over the places of the source"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = torch.sigmoid(scores) * mask.unsqueeze(1)
    return weights @ values, weights
