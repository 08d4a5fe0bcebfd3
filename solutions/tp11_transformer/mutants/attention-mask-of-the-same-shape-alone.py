# %% tags=["mutant"]
# mistake = "the mask must be as large as the scores"
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
    scores[~mask] = torch.finfo(scores.dtype).min
    weights = scores.softmax(dim=-1) * mask
    return weights @ value, weights
