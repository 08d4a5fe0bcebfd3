# %% tags=["mutant"]
# mistake = "the targets of padding are overwritten in what is given"
# loses = ["q4-loss"]
# breaks = ["calls"]
# hint = "in place"
# public = false

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    target[~mask] = -100
    return F.cross_entropy(logits.transpose(1, 2), target)
