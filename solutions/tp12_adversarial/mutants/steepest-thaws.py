# %% tags=["mutant"]
# mistake = "parameters are frozen while it works, and all of them learn afterwards"
# loses = ["q3-steepest"]
# breaks = ["constant"]
# hint = "requires_grad of the parameters stays"
# public = true

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    model.requires_grad_(False)
    words = x.detach().requires_grad_()
    slopes = torch.autograd.grad(F.cross_entropy(model(words, mask), labels, reduction="sum"), words)[0]
    model.requires_grad_(True)
    moves = (slopes * mask.unsqueeze(2)).flatten(1)
    return epsilon * F.normalize(moves, dim=1).view_as(x)
