# %% tags=["mutant"]
# mistake = "nothing is attacked"
# loses = ["q2-adversarial-loss"]
# breaks = ["both-terms"]
# hint = "1 - α weighs the texts under attack"
# public = true
# check = "nothing is attacked"

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    return F.cross_entropy(model(x, mask), labels)
