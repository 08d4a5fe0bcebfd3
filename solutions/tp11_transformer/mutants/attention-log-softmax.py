# %% tags=["mutant"]
# mistake = "log_softmax"
# loses = ["q1-attention"]
# breaks = ["scaled-softmax-over-keys"]
# hint = "logarithms"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e9)
    weights = scores.log_softmax(dim=-1)
    return weights @ value, weights
