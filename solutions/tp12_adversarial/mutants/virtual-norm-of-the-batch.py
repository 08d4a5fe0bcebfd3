# %% tags=["mutant"]
# mistake = "one norm for the whole batch"
# loses = ["q4-virtual-steepest"]
# breaks = ["padding-and-norm"]
# hint = "a norm of its own"
# check = "a norm of its own"
# public = true

# %% grade_id="q4-virtual-steepest"
def virtual_steepest(
    model: nn.Module, x: Tensor, mask: Tensor, epsilon: float, xi: float = 0.1, iterations: int = 1
) -> Tensor:
    def unit(d):
        return d * mask.unsqueeze(2) / (d * mask.unsqueeze(2)).norm().clamp(min=1e-20)

    words = x.detach()
    with torch.no_grad():
        target = model(words, mask)
    direction = unit(torch.randn_like(x))
    for _ in range(iterations):
        step = (xi * direction).detach().requires_grad_()
        change = divergence(target, model(words + step, mask)).sum()
        direction = unit(torch.autograd.grad(change, step)[0])
    return epsilon * direction
