# %% tags=["mutant"]
# mistake = "gradients that were gathered are wiped out"
# loses = ["q2-adversarial-loss"]
# breaks = ["leaves-alone"]
# hint = "no zero_grad here"
# public = true

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    model.zero_grad()
    clean = F.cross_entropy(model(x, mask), labels)
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return alpha * clean + (1 - alpha) * attacked
