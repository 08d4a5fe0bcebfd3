# %% tags=["mutant"]
# mistake = "place i is held against token i + 2"
# loses = ["q7-next-token-loss"]
# breaks = ["shifted-mean-over-words"]
# hint = "shifted twice"
# public = true

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    counts = mask[:, 1:-1] & mask[:, 2:]
    return F.cross_entropy(logits[:, :-2][counts], tokens[:, 2:][counts])
