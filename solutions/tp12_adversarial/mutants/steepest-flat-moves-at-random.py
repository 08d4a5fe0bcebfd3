# %% tags=["mutant"]
# mistake = "where the gradient is 0 a direction is drawn"
# loses = ["q3-steepest"]
# breaks = ["zero-gradient"]
# hint = "put a small floor under the norm"
# public = true

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    slopes = slopes * mask.unsqueeze(2)
    norms = slopes.flatten(1).norm(dim=1).view(-1, 1, 1)
    slopes = torch.where(norms > 0, slopes, torch.randn_like(slopes) * mask.unsqueeze(2))
    return epsilon * F.normalize(slopes.flatten(1), dim=1).view_as(x)
