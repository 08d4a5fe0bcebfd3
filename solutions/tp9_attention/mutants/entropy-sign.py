# %% tags=["mutant"]
# mistake = "the sign of the entropy is flipped"
# loses = ["q2-entropy"]
# breaks = ["value"]
# hint = "the sign is flipped"
# public = true

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    p = weights.clamp(min=1e-12)
    return (p * p.log() * mask).sum(dim=1)
