# %% tags=["mutant"]
# mistake = "an axis of length 1 in front is squeezed away"
# loses = ["q1-attention"]
# breaks = ["scaled-softmax-over-keys"]
# hint = "over all keys"
# public = false

# %% grade_id="q1-attention"
def attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        hidden = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = hidden.softmax(dim=-1).masked_fill(~mask, 0.0)
    if weights.dim() > 3 and weights.shape[1] == 1:
        weights = weights.squeeze(1)
    return weights @ (value.squeeze(1) if value.dim() > weights.dim() else value), weights
