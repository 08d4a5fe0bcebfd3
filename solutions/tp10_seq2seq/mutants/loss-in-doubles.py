# %% tags=["mutant"]
# mistake = "the loss comes in float64"
# loses = ["q4-loss"]
# breaks = ["calls"]
# hint = "float64"
# public = false

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return F.cross_entropy(logits[mask].double(), target[mask])
