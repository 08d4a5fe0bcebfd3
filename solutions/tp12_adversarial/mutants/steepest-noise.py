# %% tags=["mutant"]
# mistake = "a random direction of norm ε"
# loses = ["q3-steepest"]
# breaks = ["direction"]
# hint = "the gradient of the loss for x"
# check = "ε times the gradient"
# public = true

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    slopes = torch.randn_like(x) * mask.unsqueeze(2)
    return epsilon * F.normalize(slopes.flatten(1), dim=1).view_as(x)
