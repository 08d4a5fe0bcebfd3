# %% tags=["mutant"]
# mistake = "a query that may look nowhere looks everywhere"
# loses = ["q1-attention"]
# breaks = ["nothing-to-see"]
# hint = "nothing to see"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    return weights @ value, weights
