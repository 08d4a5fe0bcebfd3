# %% tags=["mutant"]
# mistake = "the sign is flipped"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "the sign is flipped"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return -F.cross_entropy(logits[mask], target[mask])
