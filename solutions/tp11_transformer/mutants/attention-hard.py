# %% tags=["mutant"]
# mistake = "all of the weight on the best key"
# loses = ["q1-attention"]
# breaks = ["scaled-softmax-over-keys"]
# hint = "softmax"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = F.one_hot(scores.argmax(dim=-1), key.shape[-2]).to(query.dtype)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ value, weights
