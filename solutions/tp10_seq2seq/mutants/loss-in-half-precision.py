# %% tags=["mutant"]
# mistake = "logits in half precision"
# loses = ["q4-loss"]
# breaks = ["finite"]
# hint = "divided by their number"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return F.cross_entropy(logits[mask].half(), target[mask]).float()
