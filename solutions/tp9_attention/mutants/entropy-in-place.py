# %% tags=["mutant"]
# mistake = "weights of 0 are filled in place: a softmax before it has no gradient any more"
# loses = ["q2-entropy", "q5-entropy-regularised"]
# breaks = ["gradient"]
# hint = "in place"
# public = true

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    weights[~mask] = 1.0
    return -(weights * weights.clamp(min=1e-12).log()).sum(dim=1)
