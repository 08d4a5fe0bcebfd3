# %% tags=["mutant"]
# mistake = "token 0 is left out under a True mask"
# loses = ["q4-loss"]
# breaks = ["token-0"]
# hint = "not token 0"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return F.cross_entropy(logits[mask], target[mask], ignore_index=0)
