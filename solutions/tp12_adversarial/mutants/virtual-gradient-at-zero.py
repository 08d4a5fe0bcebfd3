# %% tags=["mutant"]
# mistake = "the gradient is taken at r = 0"
# loses = ["q4-virtual-steepest"]
# breaks = ["two-classes-exact"]
# hint = "at r = ξ d"
# check = "gradient of D"
# public = true

# %% grade_id="q4-virtual-steepest"
def virtual_steepest(
    model: nn.Module, x: Tensor, mask: Tensor, epsilon: float, xi: float = 0.1, iterations: int = 1
) -> Tensor:
    def unit(d):
        return F.normalize((d * mask.unsqueeze(2)).flatten(1), dim=1).view_as(x)

    words = x.detach()
    with torch.no_grad():
        target = model(words, mask)
    direction = unit(torch.randn_like(x))
    for _ in range(iterations):
        step = (0 * direction).detach().requires_grad_()
        change = divergence(target, model(words + step, mask)).sum()
        direction = unit(torch.autograd.grad(change, step)[0])
    return epsilon * direction
