# %% tags=["mutant"]
# mistake = "the mean of the means of the lines"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "mean of the means of the lines"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    each = F.cross_entropy(logits.transpose(1, 2), target, reduction="none")
    return ((each * mask).sum(dim=1) / mask.sum(dim=1)).mean()
