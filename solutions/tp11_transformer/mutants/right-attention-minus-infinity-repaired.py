# %% tags=["mutant"]
# variant = "masked_fill with -inf, rows without a place put right before the softmax"
# loses = []

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is None:
        weights = torch.softmax(scores, dim=-1)
        return weights @ value, weights
    sees = mask.any(dim=-1, keepdim=True)
    scores = scores.masked_fill(~mask & sees, -torch.inf)
    weights = torch.softmax(scores, dim=-1) * sees
    return weights @ value, weights
