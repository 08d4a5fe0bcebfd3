# %% tags=["mutant"]
# mistake = "the first mask is kept for all calls"
# loses = ["q1-attention"]
# breaks = ["masked-before-the-softmax"]
# hint = "the mask changes nothing"
# public = true

# %% grade_id="q1-attention"
_seen = {}


def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
        return weights @ value, weights
    mask = _seen.setdefault(tuple(mask.shape), mask)
    hidden = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = hidden.softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
