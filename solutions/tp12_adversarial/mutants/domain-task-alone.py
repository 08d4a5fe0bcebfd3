# %% tags=["mutant"]
# mistake = "the loss of the task alone"
# loses = ["q5-domain-adversarial"]
# breaks = ["features-get-minus-lambda", "heads-at-full-strength", "value"]
# hint = "both losses are in the sum"
# public = true
# check = "the loss of the domains is missing"

# %% grade_id="q5-domain-adversarial"
def domain_adversarial_loss(
    features: Tensor,
    labels: Tensor,
    domains: Tensor,
    classify: nn.Module,
    discriminate: nn.Module,
    strength: float,
) -> Tensor:
    return F.cross_entropy(classify(features), labels)
