# %% tags=["mutant"]
# mistake = "softmax over the batch"
# loses = ["q1-attention"]
# breaks = ["scaled-softmax-over-keys"]
# hint = "over the keys"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=0)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ value, weights
