# %% tags=["mutant"]
# mistake = "the logarithm of a softmax: it is infinite for large logits"
# loses = ["q7-next-token-loss"]
# breaks = ["finite"]
# hint = "there is a"
# public = true

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    counts = mask[:, :-1] & mask[:, 1:]
    chances = logits[:, :-1].exp() / logits[:, :-1].exp().sum(dim=2, keepdim=True)
    each = -chances.gather(2, tokens[:, 1:].unsqueeze(2)).squeeze(2).log()
    return each[counts].mean()
