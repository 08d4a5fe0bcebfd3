# %% tags=["mutant"]
# variant = "the cross-entropy in the place of D: it has the same gradient"
# loses = []

# %% grade_id="q4-virtual-steepest"
def virtual_steepest(
    model: nn.Module, x: Tensor, mask: Tensor, epsilon: float, xi: float = 0.1, iterations: int = 1
) -> Tensor:
    words = x.detach()
    with torch.no_grad():
        p = model(words, mask).softmax(-1)
    d = torch.rand_like(words) - 0.5
    d = d * mask.unsqueeze(-1)
    d = d / d.flatten(1).norm(dim=1).view(-1, 1, 1)
    for _ in range(iterations):
        r = (xi * d).requires_grad_()
        cost = -(p * model(words + r, mask).log_softmax(-1)).sum()
        cost.backward(inputs=[r])
        d = r.grad * mask.unsqueeze(-1)
        d = d / (d.flatten(1).norm(dim=1).view(-1, 1, 1) + 1e-12)
    return (epsilon * d).detach()
