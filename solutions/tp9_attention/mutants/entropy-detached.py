# %% tags=["mutant"]
# mistake = "the entropy is computed on detached weights: no gradient reaches the attention"
# loses = ["q2-entropy"]
# breaks = ["gradient"]
# hint = "detach"
# public = true

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    p = weights.detach().masked_fill(~mask, 0.0)
    return -(p * torch.log(p + 1e-12)).sum(dim=1)
