# %% tags=["mutant"]
# mistake = "the gradient of the probability of the class"
# loses = ["q1-sensitivity"]
# breaks = ["l1-of-own-loss"]
# hint = "not that of the probability"
# public = true

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach().requires_grad_()
    shares = model(words, mask).softmax(dim=1)
    chosen = shares[torch.arange(len(labels)), labels].sum()
    return torch.autograd.grad(chosen, words)[0].abs().sum(dim=2) * mask
