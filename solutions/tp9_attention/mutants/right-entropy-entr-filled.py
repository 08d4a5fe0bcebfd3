# %% tags=["mutant"]
# variant = "entropy through torch.special.entr, where weights of 0 are filled with 1 first"
# loses = []

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    seen = mask & (weights > 0)
    return torch.special.entr(weights.masked_fill(~seen, 1.0)).sum(dim=-1)
