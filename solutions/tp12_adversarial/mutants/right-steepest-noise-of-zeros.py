# %% tags=["mutant"]
# variant = "a noise of zeros is differentiated in the place of x"
# loses = []

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    noise = torch.zeros_like(x, requires_grad=True)
    nll = F.nll_loss(F.log_softmax(model(x.detach() + noise, mask), dim=1), labels, reduction="sum")
    (slopes,) = torch.autograd.grad(nll, [noise])
    slopes = slopes.masked_fill(~mask[..., None], 0)
    size = slopes.square().sum((1, 2), keepdim=True).sqrt()
    return (epsilon * slopes / (size + 1e-10)).detach()
