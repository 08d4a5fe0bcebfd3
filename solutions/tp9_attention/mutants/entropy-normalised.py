# %% tags=["mutant"]
# mistake = "the entropy is divided by log n, though H is asked for"
# loses = ["q2-entropy"]
# breaks = ["value"]
# hint = "H / log n"
# public = true

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    h = -(weights * weights.clamp_min(1e-12).log()).sum(1)
    n = mask.sum(1).clamp(min=2)
    return h / torch.log(n.float())
