# %% tags=["mutant"]
# mistake = "one norm for the whole batch"
# loses = ["q3-steepest"]
# breaks = ["norm-per-review"]
# hint = "a norm of its own"
# check = "not one for the whole batch"
# public = true

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    slopes = slopes * mask.unsqueeze(2)
    return epsilon * slopes / slopes.norm().clamp(min=1e-12)
