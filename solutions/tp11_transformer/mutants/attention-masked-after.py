# %% tags=["mutant"]
# mistake = "mask applied after the softmax, what is left not rescaled"
# loses = ["q1-attention"]
# breaks = ["masked-before-the-softmax"]
# hint = "the mask comes before the softmax"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    weights = (query @ key.mT / math.sqrt(query.shape[-1])).softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ value, weights
