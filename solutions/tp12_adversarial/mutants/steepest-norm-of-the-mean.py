# %% tags=["mutant"]
# mistake = "divided by the root of the mean of squares"
# loses = ["q3-steepest"]
# breaks = ["norm-per-review"]
# hint = "divide by the root of the sum of squares"
# check = "divide by the norm"
# public = true

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    slopes = slopes * mask.unsqueeze(2)
    size = slopes.pow(2).mean(dim=(1, 2), keepdim=True).sqrt().clamp(min=1e-12)
    return epsilon * slopes / size
