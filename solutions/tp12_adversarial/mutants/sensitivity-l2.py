# %% tags=["mutant"]
# mistake = "the root of the sum of squares"
# loses = ["q1-sensitivity"]
# breaks = ["l1-of-own-loss"]
# hint = "not the root of the sum of squares"
# public = true

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return slopes.norm(dim=2) * mask
