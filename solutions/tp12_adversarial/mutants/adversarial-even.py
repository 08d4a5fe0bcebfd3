# %% tags=["mutant"]
# mistake = "both terms weigh one half"
# loses = ["q2-adversarial-loss"]
# breaks = ["both-terms"]
# hint = "these are even"
# public = true

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    clean = F.cross_entropy(model(x, mask), labels)
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return (clean + attacked) / 2
