# %% tags=["mutant"]
# mistake = "α and 1 - α are swapped"
# loses = ["q2-adversarial-loss"]
# breaks = ["both-terms"]
# hint = "they are swapped"
# public = true

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    clean = F.cross_entropy(model(x, mask), labels)
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return (1 - alpha) * clean + alpha * attacked
