# %% tags=["mutant"]
# mistake = "scaled to a sum of 1 in each text"
# loses = ["q1-sensitivity"]
# breaks = ["l1-of-own-loss"]
# hint = "divide by nothing"
# public = true

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    found = slopes.abs().sum(dim=2) * mask
    return found / found.sum(dim=1, keepdim=True)
