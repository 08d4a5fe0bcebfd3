# %% tags=["mutant"]
# mistake = "torch's seed is set before each reading"
# loses = ["q2-adversarial-loss"]
# breaks = ["leaves-alone"]
# hint = "torch's seed, and it is left alone"
# public = true

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float) -> Tensor:
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    torch.manual_seed(1)
    clean = F.cross_entropy(model(x, mask), labels)
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return alpha * clean + (1 - alpha) * attacked
