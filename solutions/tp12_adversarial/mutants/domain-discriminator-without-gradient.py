# %% tags=["mutant"]
# mistake = "the discriminator is read under no_grad: it does not learn"
# loses = ["q5-domain-adversarial"]
# breaks = ["features-get-minus-lambda", "heads-at-full-strength"]
# hint = "no constraint is left"
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
    with torch.no_grad():
        logits = discriminate(reverse_gradient(features, strength))
    return task + F.cross_entropy(logits, domains)
