# %% tags=["mutant"]
# mistake = "parameters are frozen while it works, and all of them learn afterwards"
# loses = ["q1-fgsm"]
# breaks = ["leaves-alone"]
# hint = "requires_grad of the parameters stays"
# public = true

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    model.requires_grad_(False)
    words = x.detach().requires_grad_()
    slopes = torch.autograd.grad(F.cross_entropy(model(words, mask), labels, reduction="sum"), words)[0]
    model.requires_grad_(True)
    return x.detach() + epsilon * slopes.sign() * mask.unsqueeze(2)
