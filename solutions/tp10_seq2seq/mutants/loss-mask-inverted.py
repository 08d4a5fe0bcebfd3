# %% tags=["mutant"]
# mistake = "the mask is the other way round"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "the mean over the padding"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return F.cross_entropy(logits[~mask], target[~mask])
