# %% tags=["mutant"]
# mistake = "the values are detached where there is a mask"
# loses = ["q1-attention"]
# breaks = ["calls"]
# hint = "no detach"
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
        value = value.detach()
        weights = hidden.softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
