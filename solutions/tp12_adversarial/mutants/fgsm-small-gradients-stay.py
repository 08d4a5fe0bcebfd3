# %% tags=["mutant"]
# mistake = "what has a small gradient does not move"
# loses = ["q1-fgsm"]
# breaks = ["ascends-by-epsilon"]
# hint = "the sign of a small gradient"
# public = false

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    slopes = torch.autograd.grad(F.cross_entropy(model(words, mask), labels, reduction="sum"), words)[0]
    slopes = torch.where(slopes.abs() < 1e-5, torch.zeros_like(slopes), slopes)
    return x.detach() + epsilon * slopes.sign() * mask.unsqueeze(2)
