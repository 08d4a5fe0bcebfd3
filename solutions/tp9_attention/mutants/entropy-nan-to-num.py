# %% tags=["mutant"]
# mistake = "nan_to_num after the log: the right values, and a gradient that is nan where a weight is 0"
# loses = ["q2-entropy", "q5-entropy-regularised"]
# breaks = ["gradient"]
# hint = "0 · log 0"
# public = true

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    return -(weights * weights.log()).nan_to_num(0.0).sum(dim=1)
