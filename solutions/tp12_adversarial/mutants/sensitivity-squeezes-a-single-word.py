# %% tags=["mutant"]
# mistake = "where texts have one word its axis is gone"
# loses = ["q1-sensitivity"]
# breaks = ["l1-of-own-loss"]
# hint = "look for an axis too many, or squeezed away"
# public = false

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach().requires_grad_()
    slopes = torch.autograd.grad(F.cross_entropy(model(words, mask), labels, reduction="sum"), words)[0]
    return (slopes.abs().sum(dim=2) * mask).squeeze(1)
