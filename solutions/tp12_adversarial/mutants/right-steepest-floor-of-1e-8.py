# %% tags=["mutant"]
# variant = "a clamp of the norm at 1e-8, and einsum"
# loses = []

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    slopes = slopes * mask.unsqueeze(2)
    norms = slopes.reshape(len(x), -1).norm(p=2, dim=-1).clamp(min=1e-8)
    return torch.einsum('bld,b->bld', slopes, epsilon / norms).detach()
