# %% tags=["mutant"]
# mistake = "the first reading is under no_grad"
# loses = ["q2-adversarial-loss"]
# breaks = ["gradient-of-model", "gradient-of-x"]
# hint = "the model learns from the second term alone"
# public = true
# check = "no gradient reaches x in the first term"

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    with torch.no_grad():
        clean = F.cross_entropy(model(x, mask), labels)
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return alpha * clean + (1 - alpha) * attacked
