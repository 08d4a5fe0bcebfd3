# %% tags=["mutant"]
# mistake = "the mean of the means of the texts"
# loses = ["q7-next-token-loss"]
# breaks = ["shifted-mean-over-words"]
# hint = "no mean of the means"
# public = false

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    counts = mask[:, :-1] & mask[:, 1:]
    each = F.cross_entropy(
        logits[:, :-1].transpose(1, 2),
        tokens[:, 1:].masked_fill(~mask[:, 1:], 0),
        reduction="none",
    )
    told = counts.sum(dim=1)
    return ((each * counts).sum(dim=1)[told > 0] / told[told > 0]).mean()
