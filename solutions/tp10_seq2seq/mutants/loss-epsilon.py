# %% tags=["mutant"]
# mistake = "an epsilon in the logarithm of a probability"
# loses = ["q4-loss"]
# breaks = ["finite"]
# hint = "subtracts the largest logit first"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    shares = logits.softmax(dim=2).gather(2, target.unsqueeze(2)).squeeze(2)
    return -(shares[mask] + 1e-9).log().mean()
