# %% tags=["mutant"]
# mistake = "the classifier reads detached features: they learn no task"
# loses = ["q5-domain-adversarial"]
# breaks = ["features-get-minus-lambda"]
# hint = "cut off from the classifier"
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
    task = F.cross_entropy(classify(features.detach()), labels)
    hidden = reverse_gradient(features, strength)
    return task + F.cross_entropy(discriminate(hidden), domains)
