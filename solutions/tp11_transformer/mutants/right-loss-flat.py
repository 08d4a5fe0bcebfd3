# %% tags=["mutant"]
# variant = "the loss of flat logits, weighted"
# loses = []

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits, tokens, mask):
    V = logits.size(-1)
    each = F.cross_entropy(
        logits[:, :-1, :].reshape(-1, V), tokens[:, 1:].reshape(-1), reduction="none"
    )
    weight = mask[:, 1:].reshape(-1).float()
    return (each * weight).sum() / weight.sum()
