# %% tags=["mutant"]
# mistake = "the mask is inverted in place"
# loses = ["q1-attention"]
# breaks = ["calls"]
# hint = "in place"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
        return weights @ value, weights
    hidden = mask.logical_not_()
    weights = scores.masked_fill(hidden, torch.finfo(scores.dtype).min).softmax(dim=-1).masked_fill(hidden, 0.0)
    return weights @ value, weights
