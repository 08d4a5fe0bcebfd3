# %% tags=["mutant"]
# mistake = "the features are made to ask for a gradient"
# loses = ["q5-domain-adversarial"]
# breaks = ["leaves-alone"]
# hint = "marks the caller's tensor"
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
    features.requires_grad_()
    task = F.cross_entropy(classify(features), labels)
    hidden = reverse_gradient(features, strength)
    return task + F.cross_entropy(discriminate(hidden), domains)
