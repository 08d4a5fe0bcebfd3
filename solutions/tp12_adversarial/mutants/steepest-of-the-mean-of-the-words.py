# %% tags=["mutant"]
# mistake = "every word gets the mean of the gradients of its text"
# loses = ["q3-steepest"]
# breaks = ["direction"]
# hint = "the gradient of the text's own loss"
# public = false

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    slopes = slopes * mask.unsqueeze(2)
    shares = mask.unsqueeze(2) / mask.sum(dim=1).view(-1, 1, 1)
    slopes = (slopes * shares).sum(dim=1, keepdim=True) * mask.unsqueeze(2)
    return epsilon * F.normalize(slopes.flatten(1), dim=1).view_as(x)
