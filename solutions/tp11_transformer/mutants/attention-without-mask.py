# %% tags=["mutant"]
# mistake = "mask not used"
# loses = ["q1-attention"]
# breaks = ["masked-before-the-softmax"]
# hint = "the mask changes nothing"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    weights = (query @ key.mT / math.sqrt(query.shape[-1])).softmax(dim=-1)
    return weights @ value, weights
