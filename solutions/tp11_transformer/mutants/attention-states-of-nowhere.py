# %% tags=["mutant"]
# mistake = "weights put to 0 after the states were summed"
# loses = ["q1-attention"]
# breaks = ["nothing-to-see"]
# hint = "nothing to see"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
        return weights @ value, weights
    weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1)
    return weights @ value, weights.masked_fill(~mask, 0.0)
