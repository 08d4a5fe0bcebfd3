# %% tags=["mutant"]
# mistake = "the adversary of question 3 on the predicted class"
# loses = ["q4-virtual-steepest"]
# breaks = ["iterations"]
# hint = "no predicted class"
# check = "repeat"
# public = true

# %% grade_id="q4-virtual-steepest"
def virtual_steepest(
    model: nn.Module, x: Tensor, mask: Tensor, epsilon: float, xi: float = 0.1, iterations: int = 1
) -> Tensor:
    with torch.no_grad():
        predicted = model(x, mask).argmax(dim=1)
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), predicted, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0] * mask.unsqueeze(2)
    return epsilon * F.normalize(slopes.flatten(1), dim=1).view_as(x)
