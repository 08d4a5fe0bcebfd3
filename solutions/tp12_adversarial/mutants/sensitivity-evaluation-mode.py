# %% tags=["mutant"]
# mistake = "the model is left in evaluation mode"
# loses = ["q1-sensitivity"]
# breaks = ["leaves-alone"]
# hint = "no train() and no eval() here"
# public = true

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    model.eval()
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return slopes.abs().sum(dim=2) * mask
