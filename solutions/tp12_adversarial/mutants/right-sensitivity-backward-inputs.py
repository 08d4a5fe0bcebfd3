# %% tags=["mutant"]
# variant = "backward for a leaf of one's own, and for it alone"
# loses = []

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach().clone().requires_grad_()
    F.cross_entropy(model(words, mask), labels, reduction="none").sum().backward(inputs=[words])
    return torch.where(mask, words.grad.abs().sum(2), torch.zeros(()))
