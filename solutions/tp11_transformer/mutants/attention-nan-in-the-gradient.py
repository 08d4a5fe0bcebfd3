# %% tags=["mutant"]
# mistake = "a bias of -inf, nan put right after the softmax: the gradient has it still"
# loses = ["q1-attention"]
# breaks = ["nothing-to-see"]
# hint = "nan in the gradient"
# public = false

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores + torch.zeros_like(scores).masked_fill(~mask, -torch.inf)
    weights = scores.softmax(dim=-1)
    weights = torch.where(weights.isnan(), 0.0, weights)
    return weights @ value, weights
