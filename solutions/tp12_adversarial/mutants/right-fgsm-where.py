# %% tags=["mutant"]
# variant = "torch.where in the place of a product, and log-probabilities by gather"
# loses = []

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    leaf = x.detach().requires_grad_()
    said = model(leaf, mask).log_softmax(dim=1).gather(1, labels.unsqueeze(1))
    slopes = torch.autograd.grad(-said.mean(), leaf)[0]
    moved = leaf.detach() + epsilon * slopes.sign()
    return torch.where(mask.unsqueeze(2), moved, x.detach())
