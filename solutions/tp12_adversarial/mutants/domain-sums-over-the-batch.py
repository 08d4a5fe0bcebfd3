# %% tags=["mutant"]
# mistake = "sums over the batch in place of means"
# loses = ["q5-domain-adversarial"]
# breaks = ["value"]
# hint = "means over the batch, not sums"
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
    task = F.cross_entropy(classify(features), labels, reduction="sum")
    hidden = reverse_gradient(features, strength)
    return task + F.cross_entropy(discriminate(hidden), domains, reduction="sum")
