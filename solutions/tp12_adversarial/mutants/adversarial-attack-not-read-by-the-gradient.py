# %% tags=["mutant"]
# mistake = "the attacked reading is under no_grad"
# loses = ["q2-adversarial-loss"]
# breaks = ["gradient-of-model", "gradient-of-x"]
# hint = "the model learns from the first term alone"
# public = true
# check = "no gradient reaches x in the second term"

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    clean = F.cross_entropy(model(x, mask), labels)
    with torch.no_grad():
        attacked = F.cross_entropy(model(x + step, mask), labels)
    return alpha * clean + (1 - alpha) * attacked
