# %% tags=["mutant"]
# mistake = "x itself is taken off the graph"
# loses = ["q4-virtual-steepest"]
# breaks = ["leaves-alone"]
# hint = "x.detach_(), x.grad and hooks on x change the caller's tensor"
# public = true

# %% grade_id="q4-virtual-steepest"
def virtual_steepest(
    model: nn.Module, x: Tensor, mask: Tensor, epsilon: float, xi: float = 0.1, iterations: int = 1
) -> Tensor:
    def unit(direction: Tensor) -> Tensor:
        return F.normalize((direction * mask.unsqueeze(2)).flatten(1), dim=1).view_as(x)

    words = x.detach_()
    with torch.no_grad():
        target = model(words, mask)
    direction = unit(torch.randn_like(words))
    for _ in range(iterations):
        step = (xi * direction).requires_grad_()
        change = divergence(target, model(words + step, mask)).sum()
        direction = unit(torch.autograd.grad(change, step)[0])
    return epsilon * direction
