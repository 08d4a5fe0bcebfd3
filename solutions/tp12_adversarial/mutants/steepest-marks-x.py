# %% tags=["mutant"]
# mistake = "the caller's tensor is made to require a gradient"
# loses = ["q3-steepest"]
# breaks = ["constant"]
# hint = "requires_grad_() marks the caller's"
# public = true

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    x = x if x.requires_grad else x.requires_grad_()
    loss = F.cross_entropy(model(x, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, x)[0] * mask.unsqueeze(2)
    return epsilon * F.normalize(slopes.flatten(1), dim=1).view_as(x)
