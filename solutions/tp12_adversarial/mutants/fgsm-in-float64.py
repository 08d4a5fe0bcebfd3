# %% tags=["mutant"]
# mistake = "the moved words come back as float64"
# loses = ["q1-fgsm"]
# breaks = ["detached"]
# hint = "float32 comes back"
# public = false

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return x.detach().double() + epsilon * slopes.sign() * mask.unsqueeze(2)
