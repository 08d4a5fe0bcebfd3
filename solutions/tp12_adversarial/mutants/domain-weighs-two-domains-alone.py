# %% tags=["mutant"]
# mistake = "only the first two domains are known: others count as the second"
# loses = ["q5-domain-adversarial"]
# breaks = ["features-get-minus-lambda", "heads-at-full-strength", "value"]
# hint = "∂L_y − λ ∂L_d"
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
    hidden = reverse_gradient(features, strength)
    return task + F.cross_entropy(discriminate(hidden), domains.clamp(max=1))
