# %% tags=["mutant"]
# mistake = "an epsilon in the logarithm large enough to bias the value"
# loses = ["q2-entropy"]
# breaks = ["value"]
# hint = "an epsilon in the logarithm must be tiny"
# public = true

# %% grade_id="q2-entropy"
EPS = 0.1


def attention_entropy(weights, mask):
    return -(weights * (weights + EPS).log()).sum(dim=1)
