# %% tags=["mutant"]
# variant = "computed in float64, returned in float32"
# loses = []

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return F.cross_entropy(logits[mask].double(), target[mask]).float()
