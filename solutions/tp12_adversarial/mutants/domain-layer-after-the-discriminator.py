# %% tags=["mutant"]
# mistake = "the layer stands behind the discriminator: it unlearns too"
# loses = ["q5-domain-adversarial"]
# breaks = ["heads-at-full-strength"]
# hint = "the adversary is trained to fail"
# public = true
# check = "the adversary is trained to fail"

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
    logits = reverse_gradient(discriminate(features), strength)
    return task + F.cross_entropy(logits, domains)
