# %% tags=["mutant"]
# mistake = "0 · log 0 is nan, and nan times a mask of 0 is nan still"
# loses = ["q2-entropy"]
# breaks = ["zero"]
# hint = "0 · log 0"
# public = true

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    logp = weights.log()
    h = -(weights * logp) * mask.float()
    return h.sum(-1)
