# %% tags=["mutant"]
# mistake = "all texts have the class of the first"
# loses = ["q1-fgsm"]
# breaks = ["ascends-by-epsilon"]
# hint = "class of its own"
# public = false

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels[:1].expand(len(labels)), reduction="sum")
    return x.detach() + epsilon * torch.autograd.grad(loss, words)[0].sign() * mask.unsqueeze(2)
