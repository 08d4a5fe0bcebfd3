# %% tags=["mutant"]
# mistake = "the row of the mask of the first query is laid on all"
# loses = ["q1-attention"]
# breaks = ["masked-before-the-softmax"]
# hint = "the first one for all"
# public = false

# %% grade_id="q1-attention"
def attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is not None and mask.dim() >= 2:
        mask = mask[..., :1, :]
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        hidden = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = hidden.softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
