# %% tags=["mutant"]
# mistake = "parameters that had no gradient get one of zeros"
# loses = ["q1-fgsm"]
# breaks = ["leaves-alone"]
# hint = "backward() adds to grad"
# public = true

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    kept = [parameter.grad for parameter in model.parameters()]
    model.zero_grad()
    words = x.detach().requires_grad_()
    F.cross_entropy(model(words, mask), labels, reduction="sum").backward()
    for parameter, gradient in zip(model.parameters(), kept, strict=True):
        parameter.grad = torch.zeros_like(parameter) if gradient is None else gradient
    slopes = words.grad
    return x.detach() + epsilon * slopes.sign() * mask.unsqueeze(2)
