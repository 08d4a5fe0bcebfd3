# %% tags=["mutant"]
# mistake = "the weights of the first step serve all"
# loses = ["q7-attend"]
# breaks = ["masked-softmax"]
# hint = "a softmax over the places of the source"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = (
        scores[:, :1].masked_fill(~mask.unsqueeze(1), -1e9).softmax(dim=2).expand_as(scores)
    )
    return weights @ values, weights
