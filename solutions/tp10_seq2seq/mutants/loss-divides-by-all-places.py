# %% tags=["mutant"]
# mistake = "the sum over the tokens, divided by all places"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "not by that of all places"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    each = F.cross_entropy(logits.transpose(1, 2), target, reduction="none")
    return (each * mask).mean()
