# %% tags=["mutant"]
# mistake = "reshape in place of transpose: logits of other places are taken"
# loses = ["q7-next-token-loss"]
# breaks = ["shifted-mean-over-words"]
# hint = "the mean is over the pairs"
# public = true

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    counts = mask[:, :-1] & mask[:, 1:]
    each = F.cross_entropy(
        logits[:, :-1].reshape(len(logits), logits.shape[2], -1),
        tokens[:, 1:],
        reduction="none",
    )
    return (each * counts).sum() / counts.sum()
