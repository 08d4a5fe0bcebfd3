# %% tags=["mutant"]
# mistake = "a batch of one loses its axis"
# loses = ["q1-sensitivity"]
# breaks = ["l1-of-own-loss"]
# hint = "squeezed away"
# public = true

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return (slopes.abs().sum(dim=2) * mask).squeeze()
