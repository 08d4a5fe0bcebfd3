# %% tags=["mutant"]
# variant = "entropy in float64 through a product, and numbers that are no word left out by indexing"
# loses = []

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    p = weights.double().masked_fill(~mask, 0.0)
    logs = torch.zeros_like(p)
    words = p > 0
    logs[words] = p[words].log()
    return -torch.einsum("bl,bl->b", p, logs).to(weights.dtype)
