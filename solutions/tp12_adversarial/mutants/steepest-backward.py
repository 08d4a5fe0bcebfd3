# %% tags=["mutant"]
# mistake = "loss.backward() adds to the gradients of the model"
# loses = ["q3-steepest"]
# breaks = ["constant"]
# hint = "backward() adds"
# public = true

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    F.cross_entropy(model(words, mask), labels, reduction="sum").backward()
    slopes = words.grad * mask.unsqueeze(2)
    return epsilon * F.normalize(slopes.flatten(1), dim=1).view_as(x)
