# %% tags=["mutant"]
# mistake = "the texts are mixed by α, and not their losses"
# loses = ["q2-adversarial-loss"]
# breaks = ["both-terms"]
# hint = "α times the loss of x"
# public = true

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    return F.cross_entropy(model(x + (1 - alpha) * step, mask), labels)
