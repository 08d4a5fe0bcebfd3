# %% tags=["mutant"]
# mistake = "the norm counts padding, which is put to 0 after it"
# loses = ["q3-steepest"]
# breaks = ["padding-stays"]
# hint = "mask first, then take the norm"
# check = "set padding to 0 first"
# public = true

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return epsilon * F.normalize(slopes.flatten(1), dim=1).view_as(x) * mask.unsqueeze(2)
