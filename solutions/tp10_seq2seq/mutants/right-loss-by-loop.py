# %% tags=["mutant"]
# variant = "a loop over the lines"
# loses = []

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    total = sum(
        F.cross_entropy(one[seen], right[seen], reduction="sum")
        for one, right, seen in zip(logits, target, mask, strict=True)
    )
    return total / mask.sum()
