# %% tags=["mutant"]
# mistake = "the gradients are right, but the value tells L_y - λ L_d"
# loses = ["q5-domain-adversarial"]
# breaks = ["value"]
# hint = "nothing is subtracted"
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
    domain = F.cross_entropy(discriminate(reverse_gradient(features, strength)), domains)
    loss = task + domain
    return loss - (1 + strength) * domain.detach()
