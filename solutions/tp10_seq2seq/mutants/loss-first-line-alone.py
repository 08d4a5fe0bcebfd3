# %% tags=["mutant"]
# mistake = "the first line alone is counted"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "divided by their number"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return F.cross_entropy(logits[0][mask[0]], target[0][mask[0]])
