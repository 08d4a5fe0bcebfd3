# %% tags=["mutant"]
# mistake = "entr with padding filled: its gradient is infinite where a word has a weight of 0"
# loses = ["q2-entropy"]
# breaks = ["gradient"]
# hint = "0 · log 0"
# public = true

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    return torch.special.entr(weights.masked_fill(~mask, 1.0)).sum(dim=1)
