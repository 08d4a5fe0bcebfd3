# %% tags=["mutant"]
# mistake = "log base 2 where the statement says nats"
# loses = ["q2-entropy"]
# breaks = ["value"]
# hint = "the logarithm is in base 2"
# public = true

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    w = weights.masked_fill(~mask, 1.0)
    return -(w * torch.log2(w.clamp(min=1e-30))).sum(dim=1)
