# %% tags=["mutant"]
# mistake = "parameters are frozen while it works, and all of them learn afterwards"
# loses = ["q4-virtual-steepest"]
# breaks = ["leaves-alone"]
# hint = "requires_grad of the parameters stays"
# public = true

# %% grade_id="q4-virtual-steepest"
def virtual_steepest(
    model: nn.Module, x: Tensor, mask: Tensor, epsilon: float, xi: float = 0.1, iterations: int = 1
) -> Tensor:
    def unit(direction: Tensor) -> Tensor:
        return F.normalize((direction * mask.unsqueeze(2)).flatten(1), dim=1).view_as(x)

    model.requires_grad_(False)
    words = x.detach()
    with torch.no_grad():
        target = model(words, mask)
    direction = unit(torch.randn_like(words))
    for _ in range(iterations):
        step = (xi * direction).requires_grad_()
        change = divergence(target, model(words + step, mask)).sum()
        direction = unit(torch.autograd.grad(change, step)[0])
    model.requires_grad_(True)
    return epsilon * direction
