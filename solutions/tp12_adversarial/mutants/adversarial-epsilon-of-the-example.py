# %% tags=["mutant"]
# mistake = "fgsm is called with the ε of the example"
# loses = ["q2-adversarial-loss"]
# breaks = ["both-terms"]
# hint = "α times the loss of x, 1 - α times"
# public = false

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float) -> Tensor:
    step = fgsm(model, x, mask, labels, 0.5) - x.detach()
    clean = F.cross_entropy(model(x, mask), labels)
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return alpha * clean + (1 - alpha) * attacked
