# %% tags=["mutant"]
# mistake = "the class that the model predicts in the place of the label"
# loses = ["q1-fgsm"]
# breaks = ["ascends-by-epsilon"]
# hint = "not of the class that the model predicts"
# public = true

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    logits = model(words, mask)
    loss = F.cross_entropy(logits, logits.argmax(dim=1), reduction="sum")
    return x.detach() + epsilon * torch.autograd.grad(loss, words)[0].sign() * mask.unsqueeze(2)
