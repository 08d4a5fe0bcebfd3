# %% tags=["mutant"]
# mistake = "the gradient over its absolute value: nan where it is 0"
# loses = ["q1-fgsm"]
# breaks = ["ascends-by-epsilon"]
# hint = "there is a nan"
# public = false

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return torch.where(mask.unsqueeze(2), x.detach() + epsilon * slopes / slopes.abs(), x.detach())
