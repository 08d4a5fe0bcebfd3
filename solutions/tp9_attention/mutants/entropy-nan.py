# %% tags=["mutant"]
# mistake = "0 · log 0 gives nan on padded positions"
# loses = ["q2-entropy"]
# breaks = ["zero"]
# hint = "0 · log 0"
# public = true

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    return -torch.sum(weights * torch.log(weights), dim=1)
