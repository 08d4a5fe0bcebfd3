# %% tags=["mutant"]
# mistake = "the sum over the tokens"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "this is the sum"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return F.cross_entropy(logits[mask], target[mask], reduction="sum")
