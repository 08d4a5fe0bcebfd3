# %% tags=["mutant"]
# mistake = "torch's seed is set"
# loses = ["q1-fgsm"]
# breaks = ["leaves-alone"]
# hint = "torch's seed, and it is left alone"
# public = true

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    torch.manual_seed(0)
    words = x.detach().requires_grad_()
    slopes = torch.autograd.grad(F.cross_entropy(model(words, mask), labels, reduction="sum"), words)[0]
    return x.detach() + epsilon * slopes.sign() * mask.unsqueeze(2)
