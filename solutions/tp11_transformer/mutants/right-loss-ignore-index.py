# %% tags=["mutant"]
# variant = "the loss by ignore_index -100, padding told by the second place of each pair"
# loses = []

# %% grade_id="q7-next-token-loss"
def next_token_loss(logits, tokens, mask):
    target = tokens[:, 1:].masked_fill(~mask[:, 1:], -100)
    return F.cross_entropy(logits[:, :-1].transpose(1, 2), target, ignore_index=-100)
