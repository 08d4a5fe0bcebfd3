# %% tags=["mutant"]
# mistake = "the move of the first call is kept for other texts of the same model"
# loses = ["q3-steepest"]
# breaks = ["direction"]
# hint = "the gradient of the text's own loss"
# check = "not of the class that the model predicts"
# public = true

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    slopes = slopes * mask.unsqueeze(2)
    kept = steepest.__dict__.setdefault("kept", {})
    key = id(model), x.shape, epsilon
    if key not in kept:
        kept[key] = epsilon * F.normalize(slopes.flatten(1), dim=1).view_as(x)
    return kept[key]
