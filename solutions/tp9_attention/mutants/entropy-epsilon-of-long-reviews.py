# %% tags=["mutant"]
# mistake = "an epsilon of 2e-5 in the logarithm, which long reviews add up"
# loses = ["q2-entropy"]
# breaks = ["value"]
# hint = "0 log 0 = 0"
# public = false

# %% grade_id="q2-entropy"
EPS = 2e-5


def attention_entropy(weights, mask):
    return -(weights * (weights + EPS).log() * mask).sum(dim=1)
