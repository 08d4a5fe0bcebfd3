# %% tags=["mutant"]
# mistake = "under a mask the scores that are seen are counted twice"
# loses = ["q1-attention"]
# breaks = ["masked-before-the-softmax"]
# hint = "with a mask or without"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
        return weights @ value, weights
    bias = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = (scores + bias).softmax(dim=-1) * mask
    return weights @ value, weights
