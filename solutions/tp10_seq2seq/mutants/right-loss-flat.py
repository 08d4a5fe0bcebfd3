# %% tags=["mutant"]
# variant = "all places in one axis"
# loses = []

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    each = nn.CrossEntropyLoss(reduction="none")(logits.flatten(0, 1), target.flatten())
    return (each * mask.flatten()).sum() / mask.sum()
