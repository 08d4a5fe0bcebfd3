# %% tags=["mutant"]
# variant = "backward(inputs=[x]), and a division by the largest number first, as in Miyato's code"
# loses = []

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().clone().requires_grad_(True)
    F.cross_entropy(model(words, mask), labels).backward(inputs=[words])
    g = words.grad * mask.unsqueeze(-1)
    g = g / (1e-20 + g.abs().amax(dim=(1, 2), keepdim=True))
    return epsilon * g / torch.sqrt(1e-12 + (g**2).sum(dim=(1, 2), keepdim=True))
