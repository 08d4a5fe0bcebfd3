# %% tags=["mutant"]
# variant = "entropy through xlogy, with where before the logarithm"
# loses = []

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    safe = torch.where(weights > 0, weights, torch.ones_like(weights))
    return -torch.xlogy(safe, safe).sum(1)
