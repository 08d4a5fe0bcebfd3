# %% tags=["mutant"]
# mistake = "squared error of the probabilities"
# loses = ["q4-loss"]
# breaks = ["mean-over-real-tokens"]
# hint = "divided by their number"
# public = true

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    right = F.one_hot(target[mask], logits.shape[2])
    return (logits[mask].softmax(dim=1) - right).square().sum(dim=1).mean()
