# %% tags=["mutant"]
# mistake = "scaled by the number of queries"
# loses = ["q1-attention"]
# breaks = ["scaled-softmax-over-keys"]
# hint = "by √K"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-2])
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
