# %% tags=["mutant"]
# variant = "the query is scaled before the product"
# loses = []

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    query = query * query.shape[-1] ** -0.5
    if mask is None:
        weights = (query @ key.mT).softmax(-1)
    else:
        weights = torch.where(mask, query @ key.mT, -1e30).softmax(-1)
        weights = torch.where(mask, weights, 0.0)
    return weights @ value, weights
