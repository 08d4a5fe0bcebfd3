# %% tags=["mutant"]
# mistake = "random signs in the place of the gradient's"
# loses = ["q2-adversarial-loss"]
# breaks = ["both-terms"]
# hint = "noise of that size costs far less"
# public = true
# check = "α times the loss of x"

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    step = epsilon * (torch.rand_like(x.detach()) - 0.5).sign() * mask.unsqueeze(2)
    clean = F.cross_entropy(model(x, mask), labels)
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return alpha * clean + (1 - alpha) * attacked
