# %% tags=["mutant"]
# variant = "finite differences of the gradient"
# loses = []

# %% grade_id="q4-virtual-steepest"
def virtual_steepest(
    model: nn.Module, x: Tensor, mask: Tensor, epsilon: float, xi: float = 0.1, iterations: int = 1
) -> Tensor:
    words = x.detach()
    with torch.no_grad():
        target = model(words, mask)
    kept = mask.unsqueeze(2)

    def slope(at):
        at = at.detach().requires_grad_()
        return torch.autograd.grad(divergence(target, model(words + at, mask)).sum(), at)[0]

    def unit(d):
        d = d * kept
        return d / torch.linalg.vector_norm(d, dim=(1, 2), keepdim=True).clamp(min=1e-20)

    d = unit(torch.rand_like(words) * 2 - 1)
    for _ in range(iterations):
        d = unit((slope(xi * d) - slope(-xi * d)) / (2 * xi))
    return epsilon * d
