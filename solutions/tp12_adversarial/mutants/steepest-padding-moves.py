# %% tags=["mutant"]
# mistake = "padding moves"
# loses = ["q3-steepest"]
# breaks = ["padding-stays"]
# hint = "what is no word is not"
# check = "multiply by the mask"
# public = true

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return epsilon * F.normalize(slopes.flatten(1), dim=1).view_as(x)
