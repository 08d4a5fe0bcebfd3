# %% tags=["mutant"]
# variant = "the move is made anew, without fgsm, and the mean is a sum over the texts"
# loses = []

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    words = x.detach().requires_grad_()
    said = model(words, mask).log_softmax(dim=1)[torch.arange(len(labels)), labels]
    step = -epsilon * torch.autograd.grad(said.sum(), words)[0].sign() * mask.unsqueeze(2)
    total = 0.0
    for weight, read in ((alpha, x), (1 - alpha, x + step)):
        total = total - weight * model(read, mask).log_softmax(dim=1)[torch.arange(len(labels)), labels].sum()
    return total / len(labels)
