# %% tags=["mutant"]
# mistake = "torch's seed is set"
# loses = ["q1-sensitivity"]
# breaks = ["leaves-alone"]
# hint = "torch's seed, and it is left alone"
# public = true

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    torch.manual_seed(0)
    words = x.detach().requires_grad_()
    slopes = torch.autograd.grad(F.cross_entropy(model(words, mask), labels, reduction="sum"), words)[0]
    return slopes.abs().sum(dim=2) * mask
