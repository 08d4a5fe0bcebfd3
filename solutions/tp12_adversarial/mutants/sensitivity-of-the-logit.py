# %% tags=["mutant"]
# mistake = "the gradient of the logit of the class"
# loses = ["q1-sensitivity"]
# breaks = ["l1-of-own-loss"]
# hint = "text's own loss"
# public = true
# check = "not that of a logit"

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach().requires_grad_()
    logits = model(words, mask)
    chosen = logits[torch.arange(len(labels)), labels].sum()
    return torch.autograd.grad(chosen, words)[0].abs().sum(dim=2) * mask
