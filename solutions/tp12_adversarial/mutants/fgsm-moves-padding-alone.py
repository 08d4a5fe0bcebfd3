# %% tags=["mutant"]
# mistake = "the mask is inverted: padding moves, and no word"
# loses = ["q1-fgsm"]
# breaks = ["ascends-by-epsilon", "padding-stays"]
# hint = "add ε"
# public = true
# check = "nothing moved"

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return x.detach() + epsilon * slopes.sign() * ~mask.unsqueeze(2)
