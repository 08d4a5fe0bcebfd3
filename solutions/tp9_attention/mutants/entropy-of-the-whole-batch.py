# %% tags=["mutant"]
# mistake = "one number for the batch in place of one a review"
# loses = ["q2-entropy"]
# breaks = ["value"]
# hint = "all texts were summed or averaged into one number"
# public = true

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    w = weights[mask]
    h = -(w * torch.log(w + 1e-12)).sum()
    return h / weights.shape[0]
