# %% tags=["mutant"]
# mistake = "the model's parameters no longer learn afterwards"
# loses = ["q1-fgsm"]
# breaks = ["leaves-alone"]
# hint = "requires_grad of the parameters"
# public = true

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return x.detach() + epsilon * slopes.sign() * mask.unsqueeze(2)
