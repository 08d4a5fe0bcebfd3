# %% tags=["mutant"]
# mistake = "the weights are rounded to half precision"
# loses = ["q2-entropy"]
# breaks = ["value"]
# hint = "however little attention it has"
# public = false

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    p = weights.half().float().masked_fill(~mask, 0)
    return -(p * p.clamp(min=1e-12).log()).sum(dim=1)
