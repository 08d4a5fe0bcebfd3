# %% tags=["mutant"]
# mistake = "the sum divided by the number of keys"
# loses = ["q1-attention"]
# breaks = ["scaled-softmax-over-keys"]
# hint = "the weights sum to 1 already"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ value / value.shape[-2], weights
