# %% tags=["mutant"]
# mistake = "the perplexity in place of the loss"
# loses = ["q7-next-token-loss"]
# breaks = ["shifted-mean-over-words"]
# hint = "not the perplexity"
# public = true

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    counts = mask[:, :-1] & mask[:, 1:]
    return F.cross_entropy(logits[:, :-1][counts], tokens[:, 1:][counts]).exp()
