# %% tags=["mutant"]
# mistake = "the logarithm of a softmax: -inf where logits are large"
# loses = ["q4-loss"]
# breaks = ["finite"]
# hint = "infinite number"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return -logits.softmax(dim=2).log().gather(2, target.unsqueeze(2)).squeeze(2)[mask].mean()
