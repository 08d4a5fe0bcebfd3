# %% tags=["mutant"]
# mistake = "key.T turns all axes"
# loses = ["q1-attention"]
# breaks = ["scaled-softmax-over-keys", "calls"]
# hint = "two shapes do not fit"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.T / math.sqrt(query.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
