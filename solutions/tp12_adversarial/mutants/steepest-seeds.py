# %% tags=["mutant"]
# mistake = "torch's seed is set"
# loses = ["q3-steepest"]
# breaks = ["constant"]
# hint = "torch's seed, and it is left alone"
# public = true

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    torch.manual_seed(0)
    words = x.detach().requires_grad_()
    slopes = torch.autograd.grad(F.cross_entropy(model(words, mask), labels, reduction="sum"), words)[0]
    moves = (slopes * mask.unsqueeze(2)).flatten(1)
    return epsilon * F.normalize(moves, dim=1).view_as(x)
