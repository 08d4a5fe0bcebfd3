# %% tags=["mutant"]
# mistake = "the second term reads what fgsm returns: learnt words do not learn from it"
# loses = ["q2-adversarial-loss"]
# breaks = ["gradient-of-x"]
# hint = "no gradient reaches x in the second term"
# public = true

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    clean = F.cross_entropy(model(x, mask), labels)
    moved = fgsm(model, x, mask, labels, epsilon)
    return alpha * clean + (1 - alpha) * F.cross_entropy(model(moved, mask), labels)
