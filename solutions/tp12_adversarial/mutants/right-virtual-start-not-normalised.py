# %% tags=["mutant"]
# variant = "a Gaussian start that is not brought to norm 1; own divergence"
# loses = []

# %% grade_id="q4-virtual-steepest"
def virtual_steepest(
    model: nn.Module, x: Tensor, mask: Tensor, epsilon: float, xi: float = 0.1, iterations: int = 1
) -> Tensor:
    def unit(d):
        return F.normalize((d * mask.unsqueeze(2)).flatten(1), dim=1).view_as(x)

    words = x.detach()
    with torch.no_grad():
        target = model(words, mask)
    direction = torch.randn_like(x) * mask.unsqueeze(2)
    for _ in range(iterations):
        step = (xi * direction).detach().requires_grad_()
        change = F.kl_div(model(words + step, mask).log_softmax(1), target.softmax(1), reduction="batchmean")
        direction = unit(torch.autograd.grad(change, step)[0])
    return epsilon * direction
