# %% tags=["mutant"]
# mistake = "the attack fills the grad of x"
# loses = ["q2-adversarial-loss"]
# breaks = ["leaves-alone"]
# hint = "x.detach_(), x.grad and hooks on x change the caller's tensor"
# public = true

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float) -> Tensor:
    words = x if x.requires_grad else x.detach().requires_grad_()
    F.cross_entropy(model(words, mask), labels).backward(inputs=[words])
    step = epsilon * words.grad.sign() * mask.unsqueeze(2)
    clean = F.cross_entropy(model(x, mask), labels)
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return alpha * clean + (1 - alpha) * attacked
