# %% tags=["mutant"]
# variant = "query and key each by the fourth root of K, and a list comes back"
# loses = []

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    root = key.shape[-1] ** 0.25
    scores = (query / root) @ (key / root).transpose(-1, -2)
    shown = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask.broadcast_to(scores.shape)
    weights = scores.masked_fill(~shown, -3e38).log_softmax(dim=-1).exp() * shown
    return [weights @ value, weights]
