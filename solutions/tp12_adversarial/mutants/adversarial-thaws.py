# %% tags=["mutant"]
# mistake = "parameters are frozen for the attack, and all of them learn afterwards"
# loses = ["q2-adversarial-loss"]
# breaks = ["leaves-alone"]
# hint = "requires_grad of the parameters stays"
# public = true

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float) -> Tensor:
    model.requires_grad_(False)
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    model.requires_grad_(True)
    clean = F.cross_entropy(model(x, mask), labels)
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return alpha * clean + (1 - alpha) * attacked
