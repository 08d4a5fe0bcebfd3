# %% tags=["mutant"]
# mistake = "the caller's words are moved themselves"
# loses = ["q1-fgsm"]
# breaks = ["leaves-alone"]
# hint = "what ends in _"
# public = true

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return x.detach().add_(epsilon * slopes.sign() * mask.unsqueeze(2))
