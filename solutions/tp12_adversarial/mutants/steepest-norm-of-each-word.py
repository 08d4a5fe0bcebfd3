# %% tags=["mutant"]
# mistake = "one norm a word"
# loses = ["q3-steepest"]
# breaks = ["norm-per-review"]
# hint = "the words of a text are one vector"
# check = "one norm a text"
# public = true

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    slopes = slopes * mask.unsqueeze(2)
    return epsilon * F.normalize(slopes, dim=2)
