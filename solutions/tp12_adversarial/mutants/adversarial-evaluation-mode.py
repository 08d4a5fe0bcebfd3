# %% tags=["mutant"]
# mistake = "the model is left in evaluation mode"
# loses = ["q2-adversarial-loss"]
# breaks = ["leaves-alone"]
# hint = "no train() and no eval() here"
# public = true

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    model.eval()
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    clean = F.cross_entropy(model(x, mask), labels)
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return alpha * clean + (1 - alpha) * attacked
