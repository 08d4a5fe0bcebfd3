# %% tags=["mutant"]
# mistake = "where x is a leaf that learns, its grad is filled"
# loses = ["q1-fgsm"]
# breaks = ["leaves-alone"]
# hint = "x.detach_(), x.grad and hooks on x change the caller's tensor"
# public = true

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x if x.requires_grad else x.detach().requires_grad_()
    F.cross_entropy(model(words, mask), labels).backward(inputs=[words])
    return x.detach() + epsilon * words.grad.sign() * mask.unsqueeze(2)
