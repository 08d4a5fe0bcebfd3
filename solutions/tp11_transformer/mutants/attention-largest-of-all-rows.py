# %% tags=["mutant"]
# mistake = "the largest score of all rows is subtracted: the exponentials of other rows are all 0"
# loses = ["q1-attention"]
# breaks = ["large"]
# hint = "the largest score of each row"
# public = false

# %% grade_id="q1-attention"
def attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is None:
        e = (scores - scores.max()).exp(); weights = e / e.sum(-1, keepdim=True)
    else:
        hidden = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = hidden.softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
