# %% tags=["mutant"]
# variant = "nll_loss, other names, a helper, and something printed"
# loses = []

# %% grade_id="q1-fgsm"
def _uphill(cost, words):
    return torch.autograd.grad(outputs=cost, inputs=words)[0].sign().to(torch.float32)


def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    start = x.detach()
    words = start.clone().requires_grad_(True)
    cost = F.nll_loss(F.log_softmax(model(words, mask), dim=-1), labels, reduction="none").sum()
    print(f"ε = {epsilon}: {len(x)} texts")
    return start + float(epsilon) * _uphill(cost, words) * mask.float().unsqueeze(2)
