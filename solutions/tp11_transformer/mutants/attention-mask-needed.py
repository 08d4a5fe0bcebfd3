# %% tags=["mutant"]
# mistake = "without a mask it fails"
# loses = ["q1-attention"]
# breaks = ["scaled-softmax-over-keys"]
# hint = "is None"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
