# %% tags=["mutant"]
# mistake = "the sum over the tokens, divided by the number of lines"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "not by that of lines"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    each = F.cross_entropy(logits.transpose(1, 2), target, reduction="none")
    return (each * mask).sum() / len(target)
