# %% tags=["mutant"]
# mistake = "0/0 where the gradient is 0"
# loses = ["q3-steepest"]
# breaks = ["zero-gradient"]
# hint = "0/0 is nan"
# check = "there is a nan"
# public = true

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    slopes = slopes * mask.unsqueeze(2)
    norms = slopes.flatten(1).norm(dim=1).view(-1, 1, 1)
    return epsilon * slopes / norms
