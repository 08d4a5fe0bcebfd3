# %% tags=["mutant"]
# mistake = "ε is at most a half"
# loses = ["q1-fgsm"]
# breaks = ["ascends-by-epsilon"]
# hint = "x + ε · sign of the gradient"
# public = false

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    slopes = torch.autograd.grad(F.cross_entropy(model(words, mask), labels, reduction="sum"), words)[0]
    return x.detach() + min(epsilon, 0.5) * slopes.sign() * mask.unsqueeze(2)
