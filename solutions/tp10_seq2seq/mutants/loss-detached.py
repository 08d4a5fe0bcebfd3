# %% tags=["mutant"]
# mistake = "the loss is detached"
# loses = ["q4-loss"]
# breaks = ["finite"]
# hint = "no detach, no item"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return F.cross_entropy(logits[mask], target[mask]).detach()
