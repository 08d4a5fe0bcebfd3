# %% tags=["mutant"]
# variant = "-100 where the mask is False"
# loses = []

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return F.cross_entropy(logits.transpose(1, 2), target.masked_fill(~mask, -100))
