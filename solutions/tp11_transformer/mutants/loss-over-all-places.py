# %% tags=["mutant"]
# mistake = "the sum over pairs of words, divided by the number of all places"
# loses = ["q7-next-token-loss"]
# breaks = ["shifted-mean-over-words"]
# hint = "by the number of pairs"
# public = true

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    counts = mask[:, :-1] & mask[:, 1:]
    each = F.cross_entropy(
        logits[:, :-1].transpose(1, 2),
        tokens[:, 1:].masked_fill(~mask[:, 1:], 0),
        reduction="none",
    )
    return (each * counts).mean()
