# %% tags=["mutant"]
# mistake = "the floor under the norm is larger than many norms"
# loses = ["q3-steepest"]
# breaks = ["norm-per-review"]
# hint = "divide by the root of the sum of squares"
# public = false

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    slopes = torch.autograd.grad(F.cross_entropy(model(words, mask), labels, reduction="sum"), words)[0] * mask.unsqueeze(2)
    norms = slopes.flatten(1).norm(dim=1).clamp(min=1e-3)
    return epsilon * slopes / norms.view(-1, 1, 1)
