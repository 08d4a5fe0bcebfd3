# %% tags=["mutant"]
# variant = "-inf where nothing may be seen, and nan put right: masked_fill stops it in the gradient"
# loses = []

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = torch.nan_to_num(scores.softmax(dim=-1))
    return weights @ value, weights
