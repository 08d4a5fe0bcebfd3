# %% tags=["mutant"]
# mistake = "key.transpose(1, 2): three axes alone"
# loses = ["q1-attention"]
# breaks = ["scaled-softmax-over-keys", "calls"]
# hint = "an axis is asked for"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.transpose(1, 2) / math.sqrt(query.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
