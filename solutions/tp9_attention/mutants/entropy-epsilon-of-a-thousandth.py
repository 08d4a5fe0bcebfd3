# %% tags=["mutant"]
# mistake = "an epsilon of 1e-3 in the logarithm biases the value"
# loses = ["q2-entropy"]
# breaks = ["value"]
# hint = "an epsilon in the logarithm must be tiny"
# public = true

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    return -(weights * torch.log(weights + 1e-3) * mask).sum(dim=1)
