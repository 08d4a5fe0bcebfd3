# %% tags=["mutant"]
# mistake = "ε times the gradient, and not times its sign"
# loses = ["q1-fgsm"]
# breaks = ["ascends-by-epsilon"]
# hint = "the sign of the gradient, not the gradient"
# public = true

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return x.detach() + epsilon * slopes * mask.unsqueeze(2)
