# %% tags=["mutant"]
# mistake = "what counts for nothing is written into the tokens"
# loses = ["q7-next-token-loss"]
# breaks = ["calls"]
# hint = "make a new one"
# public = false

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    tokens[~mask] = -100
    return F.cross_entropy(
        logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten(), ignore_index=-100
    )
