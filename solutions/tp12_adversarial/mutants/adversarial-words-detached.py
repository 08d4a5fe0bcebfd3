# %% tags=["mutant"]
# mistake = "the words are detached in both terms"
# loses = ["q2-adversarial-loss"]
# breaks = ["gradient-of-x"]
# hint = "x is not detached in the readings"
# public = true

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    x = x.detach()
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    clean = F.cross_entropy(model(x, mask), labels)
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return alpha * clean + (1 - alpha) * attacked
