# %% tags=["mutant"]
# mistake = "only the numbers whose slope is above the median of the batch move"
# loses = ["q1-fgsm"]
# breaks = ["ascends-by-epsilon", "each-alone"]
# hint = "sign of the gradient of the"
# public = false

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    steep = slopes.abs() >= slopes.abs().median()
    return x.detach() + epsilon * slopes.sign() * steep * mask.unsqueeze(2)
