# %% tags=["mutant"]
# variant = "computed in float64, returned in float32"
# loses = []

# %% grade_id="q5-domain-adversarial"
def domain_adversarial_loss(
    features: Tensor,
    labels: Tensor,
    domains: Tensor,
    classify: nn.Module,
    discriminate: nn.Module,
    strength: float,
) -> Tensor:
    y = classify(features).double()
    d = discriminate(reverse_gradient(features, strength)).double()
    return (F.cross_entropy(y, labels) + F.cross_entropy(d, domains)).float()
