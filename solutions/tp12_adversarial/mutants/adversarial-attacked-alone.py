# %% tags=["mutant"]
# mistake = "the texts as they are do not count"
# loses = ["q2-adversarial-loss"]
# breaks = ["both-terms"]
# hint = "the loss under attack alone"
# public = true

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return attacked
