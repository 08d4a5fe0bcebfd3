# %% tags=["mutant"]
# mistake = "xlogy on weights of 0: right values, but a gradient that is not finite, which question 5 meets on padding"
# loses = ["q2-entropy"]
# breaks = ["gradient"]
# hint = "0 · log 0"
# public = true

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    h = torch.special.xlogy(weights, weights) * mask
    return -h.sum(-1)
