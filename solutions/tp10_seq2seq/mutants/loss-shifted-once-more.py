# %% tags=["mutant"]
# mistake = "the logits are compared with the next target, though the teacher is one place late already"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "divided by their number"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return F.cross_entropy(logits[:, :-1][mask[:, 1:]], target[:, 1:][mask[:, 1:]])
