# %% tags=["mutant"]
# mistake = "torch's seed is set"
# loses = ["q5-domain-adversarial"]
# breaks = ["leaves-alone"]
# hint = "torch's seed, and it is left alone"
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
    torch.manual_seed(0)
    task = F.cross_entropy(classify(features), labels)
    hidden = reverse_gradient(features, strength)
    return task + F.cross_entropy(discriminate(hidden), domains)
