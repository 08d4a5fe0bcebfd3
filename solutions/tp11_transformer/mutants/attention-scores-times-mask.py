# %% tags=["mutant"]
# mistake = "scores multiplied by the mask"
# loses = ["q1-attention"]
# breaks = ["masked-before-the-softmax"]
# hint = "a score of 0 still weighs"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores * mask
    weights = scores.softmax(dim=-1)
    return weights @ value, weights
