# %% tags=["mutant"]
# mistake = "gradients that were gathered are wiped out"
# loses = ["q1-fgsm"]
# breaks = ["leaves-alone"]
# hint = "no zero_grad here"
# public = true

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    F.cross_entropy(model(words, mask), labels).backward()
    model.zero_grad()
    return x.detach() + epsilon * words.grad.sign() * mask.unsqueeze(2)
