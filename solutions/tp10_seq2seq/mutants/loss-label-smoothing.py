# %% tags=["mutant"]
# mistake = "label smoothing of 0.1"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "divided by their number"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return F.cross_entropy(logits[mask], target[mask], label_smoothing=0.1)
