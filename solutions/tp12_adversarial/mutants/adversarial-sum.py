# %% tags=["mutant"]
# mistake = "the sum over the batch"
# loses = ["q2-adversarial-loss"]
# breaks = ["both-terms"]
# hint = "not the sum"
# public = true

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    clean = F.cross_entropy(model(x, mask), labels, reduction="sum")
    attacked = F.cross_entropy(model(x + step, mask), labels, reduction="sum")
    return alpha * clean + (1 - alpha) * attacked
