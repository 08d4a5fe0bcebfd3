# %% tags=["mutant"]
# mistake = "gradients are switched off for the whole function"
# loses = ["q1-fgsm"]
# breaks = ["ascends-by-epsilon"]
# hint = "does not require grad"
# public = true

# %% grade_id="q1-fgsm"
@torch.no_grad()
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return x.detach() + epsilon * slopes.sign() * mask.unsqueeze(2)
