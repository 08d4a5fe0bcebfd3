# %% tags=["mutant"]
# mistake = "ε times the sign: the move of question 1"
# loses = ["q3-steepest"]
# breaks = ["direction"]
# hint = "this is the sign"
# public = true

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    slopes = slopes * mask.unsqueeze(2)
    return epsilon * slopes.sign()
