# %% tags=["mutant"]
# mistake = "the gradient of the domain is not reversed at all"
# loses = ["q5-domain-adversarial"]
# breaks = ["features-get-minus-lambda"]
# hint = "the features learn to tell the domain"
# public = true
# check = "not reversed on its way"

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
    return task + F.cross_entropy(discriminate(features), domains)
