# %% tags=["mutant"]
# mistake = "torch.special.entr on weights of 0: right values, but an infinite gradient, which question 5 meets on padding"
# loses = ["q2-entropy"]
# breaks = ["gradient"]
# hint = "0 · log 0"
# public = true

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    return torch.special.entr(weights).sum(dim=1)
