# %% tags=["mutant"]
# mistake = "reshape in place of transpose: numbers of logits are mixed"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "reshape mixes"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    lines, steps, tokens = logits.shape
    each = F.cross_entropy(logits.reshape(lines, tokens, steps), target, reduction="none")
    return each[mask].mean()
