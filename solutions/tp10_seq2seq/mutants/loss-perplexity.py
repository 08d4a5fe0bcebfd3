# %% tags=["mutant"]
# mistake = "the exponential of the loss: the perplexity"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "the exp"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return F.cross_entropy(logits[mask], target[mask]).exp()
