# %% tags=["mutant"]
# variant = "the logarithm of the sum of exponentials, less the logit of the target"
# loses = []

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    chosen = logits.gather(2, target[..., None])[..., 0]
    costs = logits.logsumexp(dim=-1) - chosen
    return torch.where(mask, costs, 0).sum() / mask.count_nonzero()
