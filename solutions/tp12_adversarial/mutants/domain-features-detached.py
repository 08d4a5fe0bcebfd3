# %% tags=["mutant"]
# mistake = "the adversary reads detached features: no constraint is left"
# loses = ["q5-domain-adversarial"]
# breaks = ["features-get-minus-lambda"]
# hint = "no constraint is left"
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
    return task + F.cross_entropy(discriminate(features.detach()), domains)
