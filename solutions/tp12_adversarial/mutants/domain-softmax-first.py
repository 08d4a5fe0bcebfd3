# %% tags=["mutant"]
# mistake = "a softmax before the cross-entropy, which applies its own"
# loses = ["q5-domain-adversarial"]
# breaks = ["features-get-minus-lambda", "heads-at-full-strength", "value"]
# hint = "∂L_y − λ ∂L_d"
# public = true
# check = "two mean cross-entropies of logits"

# %% grade_id="q5-domain-adversarial"
def domain_adversarial_loss(
    features: Tensor,
    labels: Tensor,
    domains: Tensor,
    classify: nn.Module,
    discriminate: nn.Module,
    strength: float,
) -> Tensor:
    task = F.cross_entropy(classify(features).softmax(dim=1), labels)
    hidden = reverse_gradient(features, strength)
    return task + F.cross_entropy(discriminate(hidden).softmax(dim=1), domains)
