# %% tags=["mutant"]
# mistake = "one text with a gradient of 0 stops all texts"
# loses = ["q3-steepest"]
# breaks = ["zero-gradient"]
# hint = "a text where the gradient is 0 stays, and it alone"
# public = false

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    slopes = torch.autograd.grad(F.cross_entropy(model(words, mask), labels, reduction="sum"), words)[0] * mask.unsqueeze(2)
    norms = slopes.flatten(1).norm(dim=1)
    if (norms == 0).any():
        return torch.zeros_like(words).detach()
    return epsilon * slopes / norms.view(-1, 1, 1)
