# %% tags=["mutant"]
# mistake = "ε is that of the example, whatever is asked"
# loses = ["q3-steepest"]
# breaks = ["norm-per-review"]
# hint = "divide by the root of the sum of squares"
# public = false

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    slopes = slopes * mask.unsqueeze(2)
    return 0.5 * F.normalize(slopes.flatten(1), dim=1).view_as(x)
