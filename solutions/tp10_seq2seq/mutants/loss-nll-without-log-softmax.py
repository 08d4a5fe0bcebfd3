# %% tags=["mutant"]
# mistake = "nll_loss is given the logits as they are"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "nll_loss takes log-probabilities"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return F.nll_loss(logits[mask], target[mask])
