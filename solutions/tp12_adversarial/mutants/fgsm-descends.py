# %% tags=["mutant"]
# mistake = "a minus in place of the plus: the loss falls"
# loses = ["q1-fgsm"]
# breaks = ["ascends-by-epsilon"]
# hint = "the adversary climbs"
# public = true

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return x.detach() - epsilon * slopes.sign() * mask.unsqueeze(2)
