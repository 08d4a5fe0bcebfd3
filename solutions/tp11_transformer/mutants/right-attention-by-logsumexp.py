# %% tags=["mutant"]
# variant = "weights by logsumexp, states by a sum over an axis"
# loses = []

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    s = torch.matmul(query, key.transpose(-1, -2)).div(key.shape[-1] ** 0.5)
    seen = torch.ones((), dtype=torch.bool) if mask is None else mask
    seen = seen.expand(s.shape)
    low = s.masked_fill(~seen, -torch.finfo(s.dtype).max)
    w = torch.exp(low - low.logsumexp(-1, keepdim=True)) * seen
    return (w.unsqueeze(-1) * value.unsqueeze(-3)).sum(-2), w
