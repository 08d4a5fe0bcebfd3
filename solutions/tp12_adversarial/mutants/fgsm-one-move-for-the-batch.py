# %% tags=["mutant"]
# mistake = "the gradient is summed over the texts: all of them move alike"
# loses = ["q1-fgsm"]
# breaks = ["ascends-by-epsilon", "each-alone"]
# hint = "that of the whole batch"
# public = false

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    return x.detach() + epsilon * slopes.sum(dim=0, keepdim=True).sign() * mask.unsqueeze(2)
