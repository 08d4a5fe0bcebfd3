# %% tags=["mutant"]
# mistake = "an α near 1 is taken for 1"
# loses = ["q2-adversarial-loss"]
# breaks = ["both-terms"]
# hint = "this is the plain loss"
# public = false

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float) -> Tensor:
    if alpha > 0.9:
        return F.cross_entropy(model(x, mask), labels)
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    clean = F.cross_entropy(model(x, mask), labels)
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return alpha * clean + (1 - alpha) * attacked
