# %% tags=["mutant"]
# mistake = "all parameters of the heads are made to learn"
# loses = ["q5-domain-adversarial"]
# breaks = ["leaves-alone"]
# hint = "requires_grad of the parameters stays"
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
    classify.requires_grad_(True)
    discriminate.requires_grad_(True)
    task = F.cross_entropy(classify(features), labels)
    hidden = reverse_gradient(features, strength)
    return task + F.cross_entropy(discriminate(hidden), domains)
