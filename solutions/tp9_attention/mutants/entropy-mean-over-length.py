# %% tags=["mutant"]
# mistake = "a mean over the padded length in place of a sum over the words"
# loses = ["q2-entropy"]
# breaks = ["value"]
# hint = "the entropy is a sum"
# public = true

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    plogp = weights * torch.log(weights + 1e-10)
    return -plogp.mean(dim=1)
