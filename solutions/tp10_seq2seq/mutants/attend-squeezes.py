# %% tags=["mutant"]
# mistake = "axes of one are squeezed away"
# loses = ["q7-attend"]
# breaks = ["masked-softmax", "context"]
# hint = "shape"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = scores.masked_fill(~mask.unsqueeze(1), float("-inf")).softmax(dim=2)
    return (weights @ values).squeeze(), weights.squeeze()
