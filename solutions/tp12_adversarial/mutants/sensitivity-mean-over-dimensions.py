# %% tags=["mutant"]
# mistake = "the mean of the absolute values"
# loses = ["q1-sensitivity"]
# breaks = ["l1-of-own-loss"]
# hint = "not their mean"
# public = true

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return slopes.abs().mean(dim=2) * mask
