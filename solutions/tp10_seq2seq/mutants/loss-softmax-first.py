# %% tags=["mutant"]
# mistake = "a softmax stands before the cross-entropy"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "no softmax before"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return F.cross_entropy(logits[mask].softmax(dim=1), target[mask])
