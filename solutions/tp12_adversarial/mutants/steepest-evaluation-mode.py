# %% tags=["mutant"]
# mistake = "the model is put into evaluation mode, and stays there"
# loses = ["q3-steepest"]
# breaks = ["constant"]
# hint = "no train() and no eval()"
# public = true

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    model.eval()
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    slopes = slopes * mask.unsqueeze(2)
    return epsilon * F.normalize(slopes.flatten(1), dim=1).view_as(x)
