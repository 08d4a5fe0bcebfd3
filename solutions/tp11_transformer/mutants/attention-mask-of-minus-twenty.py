# %% tags=["mutant"]
# mistake = "a mask of -20"
# loses = ["q1-attention"]
# breaks = ["masked-before-the-softmax"]
# hint = "still weigh"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -20.0)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights * mask.any(dim=-1, keepdim=True)
    return weights @ value, weights
