# %% tags=["mutant"]
# mistake = "the discriminator takes a step of its own"
# loses = ["q5-domain-adversarial"]
# breaks = ["leaves-alone"]
# hint = "nothing is trained here"
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
    with torch.no_grad():
        for parameter in discriminate.parameters():
            parameter.mul_(0.999999)
    task = F.cross_entropy(classify(features), labels)
    hidden = reverse_gradient(features, strength)
    return task + F.cross_entropy(discriminate(hidden), domains)
