# %% tags=["mutant"]
# mistake = "the loss comes back as float64"
# loses = ["q2-adversarial-loss"]
# breaks = ["leaves-alone"]
# hint = "float32 comes back"
# public = false

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    clean = F.cross_entropy(model(x, mask), labels)
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return (alpha * clean + (1 - alpha) * attacked).double()
