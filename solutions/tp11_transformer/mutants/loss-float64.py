# %% tags=["mutant"]
# mistake = "the loss is of float64"
# loses = ["q7-next-token-loss"]
# breaks = ["calls"]
# hint = "float32"
# public = false

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    counts = mask[:, :-1] & mask[:, 1:]
    return F.cross_entropy(logits[:, :-1][counts].double(), tokens[:, 1:][counts])
