# %% tags=["mutant"]
# mistake = "exp without the largest taken off"
# loses = ["q1-attention"]
# breaks = ["large"]
# hint = "exp overflows"
# public = false

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    e = scores.exp() if mask is None else scores.exp() * mask
    weights = e / e.sum(dim=-1, keepdim=True).clamp(min=1e-30)
    return weights @ value, weights
