# %% tags=["mutant"]
# mistake = "x itself is taken off the graph"
# loses = ["q1-fgsm"]
# breaks = ["leaves-alone"]
# hint = "x.detach_(), x.grad and hooks on x change the caller's tensor"
# public = true

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach_().clone().requires_grad_()
    slopes = torch.autograd.grad(F.cross_entropy(model(words, mask), labels, reduction="sum"), words)[0]
    return x.detach() + epsilon * slopes.sign() * mask.unsqueeze(2)
