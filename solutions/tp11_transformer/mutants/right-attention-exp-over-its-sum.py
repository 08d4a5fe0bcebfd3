# %% tags=["mutant"]
# variant = "exp · mask over its sum, the largest score taken off first"
# loses = []

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = (query.unsqueeze(-2) * key.unsqueeze(-3)).sum(dim=-1) / math.sqrt(query.shape[-1])
    seen = torch.ones_like(scores) if mask is None else mask.expand(scores.shape).to(scores.dtype)
    top = (scores - 1e30 * (1 - seen)).amax(dim=-1, keepdim=True)
    e = torch.exp((scores - top).clamp(max=0)) * seen
    weights = e / e.sum(dim=-1, keepdim=True).clamp(min=1e-12)
    return (weights.unsqueeze(-1) * value.unsqueeze(-3)).sum(dim=-2), weights
