# %% tags=["mutant"]
# mistake = "ε is always one half"
# loses = ["q1-fgsm"]
# breaks = ["ascends-by-epsilon"]
# hint = "sign of the gradient of the"
# public = false

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return x.detach() + 0.5 * slopes.sign() * mask.unsqueeze(2)
