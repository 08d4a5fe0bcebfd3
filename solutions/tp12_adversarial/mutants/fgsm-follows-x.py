# %% tags=["mutant"]
# mistake = "where x is learnt, what comes back is no constant"
# loses = ["q1-fgsm"]
# breaks = ["detached"]
# hint = "a constant: detach it"
# public = true

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return x + epsilon * slopes.sign() * mask.unsqueeze(2)
