# %% tags=["mutant"]
# mistake = "gradients that were gathered are wiped out"
# loses = ["q1-sensitivity"]
# breaks = ["leaves-alone"]
# hint = "no zero_grad here"
# public = true

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach().requires_grad_()
    model.zero_grad()
    F.cross_entropy(model(words, mask), labels, reduction="sum").backward(inputs=[words])
    return words.grad.abs().sum(dim=2) * mask
