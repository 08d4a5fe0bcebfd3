# %% tags=["mutant"]
# mistake = "each head is held against the labels of the other"
# loses = ["q5-domain-adversarial"]
# breaks = ["features-get-minus-lambda", "heads-at-full-strength", "value"]
# hint = "each head"
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
    task = F.cross_entropy(classify(features), domains)
    hidden = reverse_gradient(features, strength)
    return task + F.cross_entropy(discriminate(hidden), labels)
