# %% tags=["mutant"]
# mistake = "exp without subtracting the largest logit"
# loses = ["q4-loss"]
# breaks = ["finite"]
# hint = "there is a nan"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    shares = logits.exp() / logits.exp().sum(dim=2, keepdim=True)
    return -shares.gather(2, target.unsqueeze(2)).squeeze(2)[mask].log().mean()
