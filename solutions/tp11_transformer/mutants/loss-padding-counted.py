# %% tags=["mutant"]
# mistake = "all pairs count, those of padding too"
# loses = ["q7-next-token-loss"]
# breaks = ["padding"]
# hint = "padding is counted"
# public = true

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    return F.cross_entropy(logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten())
