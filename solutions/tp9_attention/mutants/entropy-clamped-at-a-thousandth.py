# %% tags=["mutant"]
# mistake = "weights are clamped at 0.001 before the logarithm"
# loses = ["q2-entropy"]
# breaks = ["value"]
# hint = "an epsilon"
# public = false

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    safe = weights.clamp(min=1e-3)
    return -(weights * safe.log()).sum(1)
