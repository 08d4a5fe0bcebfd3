# %% tags=["mutant"]
# mistake = "the gradient of each text is made of norm 1"
# loses = ["q1-fgsm"]
# breaks = ["ascends-by-epsilon"]
# hint = "no gradient of norm 1"
# public = true

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    norms = (slopes * mask.unsqueeze(2)).flatten(1).norm(dim=1).view(-1, 1, 1)
    return x.detach() + epsilon * slopes / norms * mask.unsqueeze(2)
