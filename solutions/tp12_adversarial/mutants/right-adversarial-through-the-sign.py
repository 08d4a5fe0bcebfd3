# %% tags=["mutant"]
# variant = "the graph of the gradient is kept: the sign lets nothing through"
# loses = []

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    words = x if x.requires_grad else x.detach().requires_grad_()
    clean = F.cross_entropy(model(words, mask), labels)
    step = epsilon * torch.autograd.grad(clean, words, create_graph=True)[0].sign() * mask.unsqueeze(2)
    return alpha * clean + (1 - alpha) * F.cross_entropy(model(words + step, mask), labels)
