# %% tags=["mutant"]
# mistake = "parameters are frozen while it works, and all of them learn afterwards"
# loses = ["q1-sensitivity"]
# breaks = ["leaves-alone"]
# hint = "requires_grad of the parameters stays"
# public = true

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    model.requires_grad_(False)
    words = x.detach().requires_grad_()
    slopes = torch.autograd.grad(F.cross_entropy(model(words, mask), labels, reduction="sum"), words)[0]
    model.requires_grad_(True)
    return slopes.abs().sum(dim=2) * mask
