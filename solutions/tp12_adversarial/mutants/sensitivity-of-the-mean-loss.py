# %% tags=["mutant"]
# mistake = "the mean loss of the batch: too small by the number of texts"
# loses = ["q1-sensitivity"]
# breaks = ["l1-of-own-loss"]
# hint = "too small by B"
# public = true

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels)
    return torch.autograd.grad(loss, words)[0].abs().sum(dim=2) * mask
