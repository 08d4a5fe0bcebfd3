# %% tags=["mutant"]
# mistake = "token 0 is taken for padding"
# loses = ["q7-next-token-loss"]
# breaks = ["padding"]
# hint = "the mask tells what is a word"
# public = true

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    told = tokens.masked_fill(~mask, 0)[:, 1:]
    return F.cross_entropy(logits[:, :-1].flatten(0, 1), told.flatten(), ignore_index=0)
