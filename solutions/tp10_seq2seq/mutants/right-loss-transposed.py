# %% tags=["mutant"]
# variant = "each cost by itself, then the sum under the mask over their number"
# loses = []

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    each = F.cross_entropy(logits.transpose(1, 2), target, reduction="none")
    return (each * mask).sum() / mask.sum()
