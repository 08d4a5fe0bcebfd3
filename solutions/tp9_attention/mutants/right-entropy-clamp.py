# %% tags=["mutant"]
# variant = "entropy through p · log p with a clamp"
# loses = []

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    eps = 1e-12
    p = weights.clamp(min=eps)
    return torch.sum(-p * p.log() * mask, dim=1)
