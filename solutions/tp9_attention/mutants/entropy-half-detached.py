# %% tags=["mutant"]
# mistake = "p is detached, log p is not: the value is right, the gradient moves nothing"
# loses = ["q2-entropy"]
# breaks = ["gradient"]
# hint = "the gradient of the sum of the entropies"
# public = false

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    return -(weights.detach() * weights.clamp(min=1e-12).log()).sum(dim=1)
