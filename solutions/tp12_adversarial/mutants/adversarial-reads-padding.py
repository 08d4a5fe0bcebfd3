# %% tags=["mutant"]
# mistake = "the moved texts are read with their padding"
# loses = ["q2-adversarial-loss"]
# breaks = ["both-terms"]
# hint = "α times the loss of x"
# public = false

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    clean = F.cross_entropy(model(x, mask), labels)
    attacked = F.cross_entropy(model(x + step, torch.ones_like(mask)), labels)
    return alpha * clean + (1 - alpha) * attacked
