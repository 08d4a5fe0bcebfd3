# %% tags=["mutant"]
# mistake = "backward is called inside: gradients stay in the heads"
# loses = ["q5-domain-adversarial"]
# breaks = ["leaves-alone"]
# hint = "backward() adds to grad"
# public = true
# check = "no backward() here"

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
    loss = task + F.cross_entropy(discriminate(hidden), domains)
    if loss.requires_grad:
        loss.backward(retain_graph=True)
    return loss
