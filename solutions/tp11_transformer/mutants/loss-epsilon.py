# %% tags=["mutant"]
# mistake = "an epsilon in the logarithm bounds what a token may cost"
# loses = ["q7-next-token-loss"]
# breaks = ["finite"]
# hint = "as they are"
# public = true

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    counts = mask[:, :-1] & mask[:, 1:]
    chances = logits[:, :-1].softmax(dim=2).gather(2, tokens[:, 1:].unsqueeze(2)).squeeze(2)
    return -(chances + 1e-9).log()[counts].mean()
