# %% tags=["mutant"]
# mistake = "the first term has no weight"
# loses = ["q2-adversarial-loss"]
# breaks = ["both-terms"]
# hint = "the first term has its weight too"
# public = true

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    clean = F.cross_entropy(model(x, mask), labels)
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return clean + (1 - alpha) * attacked
