# %% tags=["mutant"]
# mistake = "the heads are put in training mode"
# loses = ["q5-domain-adversarial"]
# breaks = ["leaves-alone"]
# hint = "no train() and no eval() here"
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
    classify.train()
    discriminate.train()
    task = F.cross_entropy(classify(features), labels)
    hidden = reverse_gradient(features, strength)
    return task + F.cross_entropy(discriminate(hidden), domains)
