# %% tags=["mutant"]
# mistake = "an epsilon of 3e-6 in the logarithm, which a text of a thousand words shows"
# loses = ["q2-entropy"]
# breaks = ["value"]
# hint = "0 log 0 = 0"
# public = false

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    return -(weights * (weights + 3e-6).log() * mask).sum(dim=1)
