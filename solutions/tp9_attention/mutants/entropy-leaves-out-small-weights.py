# %% tags=["mutant"]
# mistake = "weights below 0.01 are left out, though a long review holds no others"
# loses = ["q2-entropy"]
# breaks = ["value"]
# hint = "log n when it is even"
# public = false

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    kept = mask & (weights > 0.01)
    p = torch.where(kept, weights, torch.ones_like(weights))
    return -(p * p.log()).sum(dim=1)
