# %% tags=["mutant"]
# mistake = "scores cut to ±50"
# loses = ["q1-attention"]
# breaks = ["large"]
# hint = "all of the weight falls"
# public = false

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = (query @ key.mT / math.sqrt(query.shape[-1])).clamp(-50, 50)
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
