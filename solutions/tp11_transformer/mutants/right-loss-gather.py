# %% tags=["mutant"]
# variant = "the loss by log_softmax and gather"
# loses = []

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits, tokens, mask):
    logs = logits.log_softmax(dim=-1)[:, :-1]
    told = logs.gather(2, tokens[:, 1:].unsqueeze(-1)).squeeze(-1)
    counts = (mask[:, 1:] & mask[:, :-1]).to(logits.dtype)
    return -(told * counts).sum() / counts.sum()
