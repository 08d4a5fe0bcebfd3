# %% tags=["mutant"]
# mistake = "a mask of -1e4 on raw scores"
# loses = ["q1-attention"]
# breaks = ["large"]
# hint = "-1e4 is not low enough"
# public = false

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e4)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights * mask.any(dim=-1, keepdim=True)
    return weights @ value, weights
