# %% tags=["mutant"]
# mistake = "a mask without its axis for the queries hides queries"
# loses = ["q1-attention"]
# breaks = ["masked-before-the-softmax"]
# hint = "mask"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
        return weights @ value, weights
    if mask.shape[-2] == 1:
        mask = mask.mT.any(dim=-2, keepdim=True).expand(*mask.shape[:-2], 1, 1)
    hidden = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = hidden.softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
