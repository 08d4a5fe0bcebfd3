# %% tags=["mutant"]
# variant = "entropy through p · log(p + a tiny epsilon), a review at a time"
# loses = []

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    res = []
    for w, m in zip(weights, mask):
        p = w[m]
        res.append(-(p * torch.log(p + 1e-9)).sum())
    return torch.stack(res)
