# %% tags=["mutant"]
# variant = "einsum"
# loses = []

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = torch.einsum("...qk,...sk->...qs", query, key) / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(mask.logical_not(), -1e30)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(mask.logical_not(), 0)
    states = torch.einsum("...qs,...sm->...qm", weights, value)
    return states, weights
