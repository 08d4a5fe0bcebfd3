# %% tags=["mutant"]
# mistake = "the answer comes back as float64"
# loses = ["q1-sensitivity"]
# breaks = ["leaves-alone"]
# hint = "float32 comes back"
# public = false

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return slopes.double().abs().sum(dim=2) * mask
