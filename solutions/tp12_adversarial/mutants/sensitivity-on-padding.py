# %% tags=["mutant"]
# mistake = "padding has a sensitivity where the model reads it"
# loses = ["q1-sensitivity"]
# breaks = ["padding-zero"]
# hint = "put 0 on padding"
# public = true

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return slopes.abs().sum(dim=2)
