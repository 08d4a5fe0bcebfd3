# %% tags=["mutant"]
# mistake = "the move keeps its graph"
# loses = ["q3-steepest"]
# breaks = ["constant"]
# hint = "what comes back is a constant"
# public = true

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x if x.requires_grad else x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words, create_graph=True)[0] * mask.unsqueeze(2)
    return epsilon * F.normalize(slopes.flatten(1), dim=1).view_as(x)
