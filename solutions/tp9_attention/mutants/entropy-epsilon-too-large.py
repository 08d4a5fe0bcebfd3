# %% tags=["mutant"]
# mistake = "an epsilon in the logarithm large enough to bias the value"
# loses = ["q2-entropy", "q5-entropy-regularised"]
# hint = "an epsilon in the logarithm must be tiny"
# public = true

# %% grade_id="q2-entropy"
EPS = 0.1


def attention_entropy(weights, mask):
    return -(weights * (weights + EPS).log()).sum(dim=1)
