# %% tags=["mutant"]
# mistake = "the weights pass a second softmax before the entropy"
# loses = ["q2-entropy"]
# breaks = ["value"]
# hint = "take the weights as they come"
# public = true

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    logp = F.log_softmax(weights.masked_fill(~mask, -1e9), dim=1)
    return -(logp.exp() * logp * mask).sum(dim=1)
