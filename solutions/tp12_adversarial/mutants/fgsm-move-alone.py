# %% tags=["mutant"]
# mistake = "the move is returned, and not the moved words"
# loses = ["q1-fgsm"]
# breaks = ["ascends-by-epsilon"]
# hint = "the moved words are asked"
# public = true

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return epsilon * slopes.sign() * mask.unsqueeze(2)
