# %% tags=["mutant"]
# mistake = "a mean over the words in place of a sum"
# loses = ["q2-entropy"]
# breaks = ["value"]
# hint = "a mean over the words"
# public = true

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    plogp = torch.special.xlogy(weights, weights.clamp(min=1e-20))
    total = (plogp * mask).sum(dim=-1)
    return -total / mask.sum(dim=-1)
