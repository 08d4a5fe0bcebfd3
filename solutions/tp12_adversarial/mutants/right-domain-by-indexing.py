# %% tags=["mutant"]
# variant = "the negative log-likelihood by indexing"
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
    rows = torch.arange(len(features))
    told = classify(features).log_softmax(dim=1)[rows, labels]
    turned = reverse_gradient(features, strength)
    guessed = discriminate(turned).log_softmax(dim=1)[rows, domains]
    return -told.mean() - guessed.mean()
