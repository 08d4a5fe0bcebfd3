# %% tags=["mutant"]
# mistake = "the query is divided in place"
# loses = ["q1-attention"]
# breaks = ["calls"]
# hint = "in place"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    query /= math.sqrt(query.shape[-1])
    scores = query @ key.mT
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
