# %% tags=["mutant"]
# mistake = "x itself is taken off the graph"
# loses = ["q1-sensitivity"]
# breaks = ["leaves-alone"]
# hint = "x.detach_(), x.grad and hooks on x change the caller's tensor"
# public = true
# check = "Can't detach views"

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach_().clone().requires_grad_()
    slopes = torch.autograd.grad(F.cross_entropy(model(words, mask), labels, reduction="sum"), words)[0]
    return slopes.abs().sum(dim=2) * mask
