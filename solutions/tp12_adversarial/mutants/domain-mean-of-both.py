# %% tags=["mutant"]
# mistake = "half of the sum of the two losses"
# loses = ["q5-domain-adversarial"]
# breaks = ["value"]
# hint = "not their mean"
# public = true

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
    return (task + F.cross_entropy(discriminate(hidden), domains)) / 2
