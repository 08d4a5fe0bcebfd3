# %% tags=["mutant"]
# variant = "the texts as they are and those under attack are read together"
# loses = []

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    step = (fgsm(model, x, mask, labels, epsilon) - x).detach()
    logits = model(torch.cat([x, x + step]), torch.cat([mask, mask]))
    each = F.cross_entropy(logits, torch.cat([labels, labels]), reduction="none")
    clean, attacked = each.chunk(2)
    return (alpha * clean + (1 - alpha) * attacked).mean()
