# %% tags=["mutant"]
# mistake = "the moved texts should keep the class that was predicted, not the label"
# loses = ["q2-adversarial-loss"]
# breaks = ["both-terms"]
# hint = "α times the loss of x"
# public = false

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    logits = model(x, mask)
    clean = F.cross_entropy(logits, labels)
    attacked = F.cross_entropy(model(x + step, mask), logits.argmax(dim=1))
    return alpha * clean + (1 - alpha) * attacked
