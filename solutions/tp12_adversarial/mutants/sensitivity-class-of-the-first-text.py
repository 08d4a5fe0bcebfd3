# %% tags=["mutant"]
# mistake = "all texts have the class of the first"
# loses = ["q1-sensitivity"]
# breaks = ["l1-of-own-loss"]
# hint = "class of its own"
# public = false

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels[:1].expand(len(labels)), reduction="sum")
    return torch.autograd.grad(loss, words)[0].abs().sum(dim=2) * mask
