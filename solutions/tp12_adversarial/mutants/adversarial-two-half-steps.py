# %% tags=["mutant"]
# mistake = "the attack takes two half steps"
# loses = ["q2-adversarial-loss"]
# breaks = ["both-terms"]
# hint = "α times the loss of x, 1 - α times"
# public = false

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float) -> Tensor:
    half = fgsm(model, x, mask, labels, epsilon / 2)
    step = fgsm(model, half, mask, labels, epsilon / 2) - x.detach()
    clean = F.cross_entropy(model(x, mask), labels)
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return alpha * clean + (1 - alpha) * attacked
