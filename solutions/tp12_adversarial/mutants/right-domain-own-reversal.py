# %% tags=["mutant"]
# variant = "the reversal is written anew"
# loses = []

# %% grade_id="q5-domain-adversarial"
def domain_adversarial_loss(
    features: Tensor,
    labels: Tensor,
    domains: Tensor,
    classify: nn.Module,
    discriminate: nn.Module,
    strength: float,
) -> Tensor:
    turned = (1 + strength) * features.detach() - strength * features
    criterion = nn.CrossEntropyLoss()
    losses = [criterion(classify(features), labels), criterion(discriminate(turned), domains)]
    return torch.stack(losses).sum()
