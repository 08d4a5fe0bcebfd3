# %% tags=["mutant"]
# mistake = "kept between 0 and 1, as tutorials on images do"
# loses = ["q1-fgsm"]
# breaks = ["ascends-by-epsilon"]
# hint = "vectors of words are no pixels"
# public = true

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return (x.detach() + epsilon * slopes.sign() * mask.unsqueeze(2)).clamp(0, 1)
