# %% tags=["mutant"]
# mistake = "the attack of the first call is kept for texts of the same size"
# loses = ["q2-adversarial-loss"]
# breaks = ["leaves-alone"]
# hint = "nothing is kept from the one before"
# public = false

# %% grade_id="q2-adversarial-loss"
_ATTACKS = {}


def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    key = (id(model), x.shape, epsilon)
    if key not in _ATTACKS:
        _ATTACKS[key] = (model, epsilon * slopes.sign() * mask.unsqueeze(2))
    step = _ATTACKS[key][1]
    clean = F.cross_entropy(model(x, mask), labels)
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return alpha * clean + (1 - alpha) * attacked
