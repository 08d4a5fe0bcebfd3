# %% tags=["mutant"]
# mistake = "one norm for each dimension of a text"
# loses = ["q3-steepest"]
# breaks = ["direction", "norm-per-review"]
# hint = "the gradient of the text's own loss"
# check = "ε times the gradient"
# public = true

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    slopes = slopes * mask.unsqueeze(2)
    return epsilon * F.normalize(slopes, dim=1)
