# %% tags=["mutant"]
# mistake = "the class that the model predicts in the place of the label"
# loses = ["q1-sensitivity"]
# breaks = ["l1-of-own-loss"]
# hint = "not of the class that the model predicts"
# public = true

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach().requires_grad_()
    logits = model(words, mask)
    loss = F.cross_entropy(logits, logits.argmax(dim=1), reduction="sum")
    return torch.autograd.grad(loss, words)[0].abs().sum(dim=2) * mask
