# %% tags=["mutant"]
# mistake = "x itself is taken off the graph"
# loses = ["q3-steepest"]
# breaks = ["constant"]
# hint = "x.detach_(), x.grad and hooks on x change the caller's tensor"
# public = true

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach_().clone().requires_grad_()
    slopes = torch.autograd.grad(F.cross_entropy(model(words, mask), labels, reduction="sum"), words)[0]
    moves = (slopes * mask.unsqueeze(2)).flatten(1)
    return epsilon * F.normalize(moves, dim=1).view_as(x)
