# %% tags=["mutant"]
# mistake = "λ weighs the loss, and the layer reverses with 1: the adversary learns λ times too slowly"
# loses = ["q5-domain-adversarial"]
# breaks = ["heads-at-full-strength", "value"]
# hint = "λ acts on the features alone"
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
    hidden = reverse_gradient(features, 1.0)
    return task + strength * F.cross_entropy(discriminate(hidden), domains)
