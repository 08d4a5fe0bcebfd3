# %% tags=["mutant"]
# mistake = "the discriminator's gradient is cut after it: the features alone get it"
# loses = ["q5-domain-adversarial"]
# breaks = ["heads-at-full-strength"]
# hint = "no gradient reaches the discriminator"
# public = true

# %% grade_id="q5-domain-adversarial"
import copy


def domain_adversarial_loss(
    features: Tensor,
    labels: Tensor,
    domains: Tensor,
    classify: nn.Module,
    discriminate: nn.Module,
    strength: float,
) -> Tensor:
    task = F.cross_entropy(classify(features), labels)
    hidden = reverse_gradient(features, strength)
    fixed = copy.deepcopy(discriminate).requires_grad_(False)
    return task + F.cross_entropy(fixed(hidden), domains)
