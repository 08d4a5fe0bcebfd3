# %% tags=["mutant"]
# mistake = "the logarithm is in base 2"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "base 2"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    return F.cross_entropy(logits[mask], target[mask]) / torch.tensor(2.0).log()
