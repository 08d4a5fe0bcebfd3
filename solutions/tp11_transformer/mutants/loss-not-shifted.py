# %% tags=["mutant"]
# mistake = "the logits of a place are held against its own token"
# loses = ["q7-next-token-loss"]
# breaks = ["shifted-mean-over-words"]
# hint = "place i tells token i + 1: shift"
# public = true

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    return F.cross_entropy(logits[mask], tokens[mask])
