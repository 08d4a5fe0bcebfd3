# %% tags=["mutant"]
# mistake = "all texts have the class of the first"
# loses = ["q3-steepest"]
# breaks = ["direction"]
# hint = "class"
# public = false

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels[:1].expand(len(labels)), reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    slopes = slopes * mask.unsqueeze(2)
    return epsilon * F.normalize(slopes.flatten(1), dim=1).view_as(x)
