# %% tags=["mutant"]
# mistake = "parameters that had no gradient get one of zeros"
# loses = ["q3-steepest"]
# breaks = ["constant"]
# hint = "backward() adds to grad"
# public = true

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    kept = [parameter.grad for parameter in model.parameters()]
    model.zero_grad()
    words = x.detach().requires_grad_()
    F.cross_entropy(model(words, mask), labels, reduction="sum").backward()
    for parameter, gradient in zip(model.parameters(), kept, strict=True):
        parameter.grad = torch.zeros_like(parameter) if gradient is None else gradient
    slopes = words.grad
    moves = (slopes * mask.unsqueeze(2)).flatten(1)
    return epsilon * F.normalize(moves, dim=1).view_as(x)
