# %% tags=["mutant"]
# variant = "the gradient is taken for zeros that are added to the words"
# loses = []

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    move = torch.zeros_like(x, requires_grad=True)
    loss = F.cross_entropy(model(x.detach() + move, mask), labels)
    (slopes,) = torch.autograd.grad(loss, [move])
    return (x + epsilon * torch.sign(slopes) * mask.unsqueeze(-1)).detach()
