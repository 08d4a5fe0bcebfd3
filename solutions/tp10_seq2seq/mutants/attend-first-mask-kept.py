# %% tags=["mutant"]
# mistake = "the mask of the first batch of this shape is kept"
# loses = ["q7-attend"]
# breaks = ["calls"]
# hint = "of an earlier call is kept"
# public = false

# %% grade_id="q7-attend"
masks = {}


def attend(scores, values, mask):
    seen = masks.setdefault(mask.shape, mask).unsqueeze(1)
    weights = scores.masked_fill(~seen, float("-inf")).softmax(dim=2)
    return weights @ values, weights
