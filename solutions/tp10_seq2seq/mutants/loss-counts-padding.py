# %% tags=["mutant"]
# mistake = "padding is counted"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "padding is counted"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return F.cross_entropy(logits.transpose(1, 2), target)
