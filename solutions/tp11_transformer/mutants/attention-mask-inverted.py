# %% tags=["mutant"]
# mistake = "True hides, as in torch's own layers"
# loses = ["q1-attention"]
# breaks = ["masked-before-the-softmax"]
# hint = "the mask is inverted"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(mask, -1e9)
    weights = scores.softmax(dim=-1)
    return weights @ value, weights
