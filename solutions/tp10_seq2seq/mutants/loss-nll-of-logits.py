# %% tags=["mutant"]
# mistake = "nll_loss takes log-probabilities, and gets logits"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "divided by their number"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return F.nll_loss(logits[mask].log_softmax(dim=1).log_softmax(dim=1) * 2, target[mask])
