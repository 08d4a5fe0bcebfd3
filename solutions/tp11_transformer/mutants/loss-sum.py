# %% tags=["mutant"]
# mistake = "the sum in place of the mean"
# loses = ["q7-next-token-loss"]
# breaks = ["shifted-mean-over-words"]
# hint = "this is the sum"
# public = true

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    counts = mask[:, :-1] & mask[:, 1:]
    return F.cross_entropy(logits[:, :-1][counts], tokens[:, 1:][counts], reduction="sum")
