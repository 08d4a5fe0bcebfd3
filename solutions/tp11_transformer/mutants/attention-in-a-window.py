# %% tags=["mutant"]
# mistake = "a query sees no further than twelve places"
# loses = ["q1-attention"]
# breaks = ["scaled-softmax-over-keys"]
# hint = "over all keys"
# public = false

# %% grade_id="q1-attention"
def attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    far = (torch.arange(scores.shape[-2])[:, None] - torch.arange(scores.shape[-1])).abs() > 12
    scores = scores.masked_fill(far, torch.finfo(scores.dtype).min)
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        hidden = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = hidden.softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
