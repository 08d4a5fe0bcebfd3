# %% tags=["mutant"]
# mistake = "the first mask of a shape is kept"
# loses = ["q2-entropy"]
# breaks = ["value"]
# hint = "from last to first"
# public = false

# %% grade_id="q2-entropy"
masks = {}


def attention_entropy(weights, mask):
    weights = weights * masks.setdefault(mask.shape, mask)
    return torch.special.entr(weights.clamp(min=1e-12)).sum(dim=1)
