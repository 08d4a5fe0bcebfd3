# %% tags=["mutant"]
# mistake = "the largest number that is divided by first has its sign: where all are below 0 the move descends"
# loses = ["q3-steepest"]
# breaks = ["direction"]
# hint = "the gradient of the text's own loss, for the class"
# public = false

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0] * mask.unsqueeze(2)
    slopes = slopes / (slopes.amax(dim=(1, 2), keepdim=True) + 1e-20)
    return epsilon * slopes / (slopes.square().sum(dim=(1, 2), keepdim=True) + 1e-12).sqrt()
