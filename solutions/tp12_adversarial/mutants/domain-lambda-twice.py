# %% tags=["mutant"]
# mistake = "λ in the layer and before the loss"
# loses = ["q5-domain-adversarial"]
# breaks = ["features-get-minus-lambda", "heads-at-full-strength", "value"]
# hint = "λ counts twice"
# public = true
# check = "λ is in the layer alone"

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
    return task + strength * F.cross_entropy(discriminate(hidden), domains)
