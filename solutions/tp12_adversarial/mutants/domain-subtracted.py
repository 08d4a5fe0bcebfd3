# %% tags=["mutant"]
# mistake = "L_y - λ L_d without the layer: the adversary is trained to fail"
# loses = ["q5-domain-adversarial"]
# breaks = ["heads-at-full-strength", "value"]
# hint = "the adversary is trained to fail"
# public = true
# check = "nothing is subtracted"

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
    return task - strength * F.cross_entropy(discriminate(features), domains)
