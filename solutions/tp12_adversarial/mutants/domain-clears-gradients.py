# %% tags=["mutant"]
# mistake = "the gradients of the discriminator are wiped"
# loses = ["q5-domain-adversarial"]
# breaks = ["leaves-alone"]
# hint = "no zero_grad here"
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
    task = F.cross_entropy(classify(features), labels)
    discriminate.zero_grad()
    hidden = reverse_gradient(features, strength)
    return task + F.cross_entropy(discriminate(hidden), domains)
