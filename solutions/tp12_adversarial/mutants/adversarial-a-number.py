# %% tags=["mutant"]
# mistake = "the loss is made a plain number"
# loses = ["q2-adversarial-loss"]
# breaks = ["gradient-of-model", "gradient-of-x"]
# hint = "no detach, no item"
# public = true

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    clean = F.cross_entropy(model(x, mask), labels)
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return torch.tensor((alpha * clean + (1 - alpha) * attacked).item())
