# %% tags=["mutant"]
# variant = "exp · mask over its sum, the largest score taken off first"
# loses = []

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    seen = mask.unsqueeze(1).to(scores.dtype)
    top = scores.masked_fill(~mask.unsqueeze(1), -1e30).max(dim=2, keepdim=True).values
    e = torch.exp((scores - top).clamp(max=0)) * seen
    weights = e / e.sum(dim=2, keepdim=True)
    return (weights.unsqueeze(3) * values.unsqueeze(1)).sum(dim=2), weights
