# %% tags=["mutant"]
# mistake = "the pairs of padding count, and those of words do not"
# loses = ["q7-next-token-loss"]
# breaks = ["padding"]
# hint = "pairs with padding"
# public = true

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    counts = ~mask[:, :-1] | ~mask[:, 1:]
    return F.cross_entropy(logits[:, :-1][counts], tokens[:, 1:][counts])
