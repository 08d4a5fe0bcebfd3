# %% tags=["mutant"]
# mistake = "backward() adds to the gradients of the model"
# loses = ["q1-sensitivity"]
# breaks = ["leaves-alone"]
# hint = "backward() adds to grad"
# public = true

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach().requires_grad_()
    F.cross_entropy(model(words, mask), labels, reduction="sum").backward()
    return words.grad.abs().sum(dim=2) * mask
