# %% tags=["mutant"]
# variant = "the mean loss, times the number of texts"
# loses = []

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels) * len(labels)
    slopes = torch.autograd.grad(loss, words)[0]
    return torch.linalg.vector_norm(slopes, ord=1, dim=-1).masked_fill(~mask, 0.0)
