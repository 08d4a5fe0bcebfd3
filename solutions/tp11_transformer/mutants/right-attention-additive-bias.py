# %% tags=["mutant"]
# variant = "a bias of 0 and the smallest number is added"
# loses = []

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = torch.matmul(query, key.transpose(-2, -1)) / key.size(-1) ** 0.5
    if mask is not None:
        bias = torch.zeros_like(scores).masked_fill(~mask, torch.finfo(scores.dtype).min)
        scores = scores + bias
    weights = F.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights * mask
    return torch.matmul(weights, value), weights
