# %% tags=["mutant"]
# mistake = "backward() adds to the gradients of the model"
# loses = ["q1-fgsm"]
# breaks = ["leaves-alone"]
# hint = "backward() adds to grad"
# public = true

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    F.cross_entropy(model(words, mask), labels).backward()
    return x.detach() + epsilon * words.grad.sign() * mask.unsqueeze(2)
