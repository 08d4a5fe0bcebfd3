# %% tags=["mutant"]
# mistake = "where after the logarithm: the value is right, the gradient of the branch not taken is nan"
# loses = ["q2-entropy"]
# breaks = ["gradient"]
# hint = "0 · log 0"
# public = true

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    terms = torch.where(weights > 0, -weights * weights.log(), torch.zeros_like(weights))
    return terms.sum(dim=1)
