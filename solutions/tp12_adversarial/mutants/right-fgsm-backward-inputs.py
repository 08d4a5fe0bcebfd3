# %% tags=["mutant"]
# variant = "backward for a leaf of one's own, and for it alone"
# loses = []

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.clone().detach()
    words.requires_grad = True
    F.cross_entropy(model(words, mask), labels).backward(inputs=[words])
    return words.detach() + epsilon * words.grad.sign() * mask[..., None]
