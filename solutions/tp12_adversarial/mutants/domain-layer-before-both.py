# %% tags=["mutant"]
# mistake = "the layer stands before both heads: the task is unlearnt"
# loses = ["q5-domain-adversarial"]
# breaks = ["features-get-minus-lambda"]
# hint = "the task is unlearnt"
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
    hidden = reverse_gradient(features, strength)
    task = F.cross_entropy(classify(hidden), labels)
    return task + F.cross_entropy(discriminate(hidden), domains)
