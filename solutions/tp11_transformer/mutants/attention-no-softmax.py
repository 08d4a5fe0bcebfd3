# %% tags=["mutant"]
# mistake = "scores weigh the values"
# loses = ["q1-attention"]
# breaks = ["scaled-softmax-over-keys"]
# hint = "after the softmax"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    weights = scores if mask is None else scores * mask
    return weights @ value, weights
