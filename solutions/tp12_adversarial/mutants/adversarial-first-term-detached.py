# %% tags=["mutant"]
# mistake = "the first term reads detached words"
# loses = ["q2-adversarial-loss"]
# breaks = ["gradient-of-x"]
# hint = "no gradient reaches x in the first term"
# public = true

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    clean = F.cross_entropy(model(x.detach(), mask), labels)
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return alpha * clean + (1 - alpha) * attacked
