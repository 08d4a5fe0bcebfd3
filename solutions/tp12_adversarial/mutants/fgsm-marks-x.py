# %% tags=["mutant"]
# mistake = "the caller's tensor is made to require a gradient"
# loses = ["q1-fgsm"]
# breaks = ["leaves-alone"]
# hint = "requires_grad_() marks"
# public = true

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    x.requires_grad_()
    loss = F.cross_entropy(model(x, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, x)[0]
    return (x + epsilon * slopes.sign() * mask.unsqueeze(2)).detach()
