# %% tags=["mutant"]
# mistake = "the slopes are summed with their signs"
# loses = ["q1-sensitivity"]
# breaks = ["l1-of-own-loss"]
# hint = "take absolute values before the sum"
# public = true

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return slopes.sum(dim=2) * mask
