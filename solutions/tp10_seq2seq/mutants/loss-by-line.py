# %% tags=["mutant"]
# mistake = "one loss a line"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "?"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    each = F.cross_entropy(logits.transpose(1, 2), target, reduction="none")
    return (each * mask).sum(dim=1) / mask.sum(dim=1)
