# %% tags=["mutant"]
# mistake = "the loss is of float64"
# loses = ["q5-domain-adversarial"]
# breaks = ["value"]
# hint = "float32"
# public = false

# %% grade_id="q5-domain-adversarial"
def domain_adversarial_loss(
    features: Tensor,
    labels: Tensor,
    domains: Tensor,
    classify: nn.Module,
    discriminate: nn.Module,
    strength: float,
) -> Tensor:
    task = F.cross_entropy(classify(features), labels)
    hidden = reverse_gradient(features, strength)
    return task.double() + F.cross_entropy(discriminate(hidden), domains)
