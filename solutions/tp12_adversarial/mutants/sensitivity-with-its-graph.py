# %% tags=["mutant"]
# mistake = "the answer keeps the graph of the gradient"
# loses = ["q1-sensitivity"]
# breaks = ["leaves-alone"]
# hint = "a constant: detach it"
# public = true

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    return torch.autograd.grad(loss, words, create_graph=True)[0].abs().sum(dim=2) * mask
