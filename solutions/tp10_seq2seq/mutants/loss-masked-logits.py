# %% tags=["mutant"]
# mistake = "the logits of padding become zeros, and are counted all the same"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "divided by their number"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return F.cross_entropy((logits * mask.unsqueeze(2)).transpose(1, 2), target)
