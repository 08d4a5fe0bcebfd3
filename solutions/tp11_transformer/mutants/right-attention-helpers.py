# %% tags=["mutant"]
# variant = "a function of its own for the scores, and one for the softmax; the sum is checked with torch's behind"
# loses = []

# %% grade_id="q1-attention"
def similarity(query, key):
    return query @ key.mT / math.sqrt(query.shape[-1])


def masked_softmax(scores, mask):
    if mask is None:
        return scores.softmax(dim=-1)
    print("masked", mask.shape)
    return scores.masked_fill(~mask, -1e20).softmax(dim=-1) * mask


def attention(query, key, value, mask=None):
    weights = masked_softmax(similarity(query, key), mask)
    return weights @ value, weights


_q = torch.randn(2, 3, 4)
assert torch.allclose(attention(_q, _q, _q)[0], F.scaled_dot_product_attention(_q, _q, _q), atol=1e-5)
