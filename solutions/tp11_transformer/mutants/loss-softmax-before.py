# %% tags=["mutant"]
# mistake = "a softmax before cross_entropy"
# loses = ["q7-next-token-loss"]
# breaks = ["shifted-mean-over-words"]
# hint = "no softmax before"
# public = true

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    counts = mask[:, :-1] & mask[:, 1:]
    return F.cross_entropy(logits[:, :-1][counts].softmax(dim=1), tokens[:, 1:][counts])
