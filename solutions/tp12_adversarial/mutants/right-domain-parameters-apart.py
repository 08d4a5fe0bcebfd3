# %% tags=["mutant"]
# variant = "the head is called by its parameters, and a line is printed"
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
    import torch.func as tf

    parameters = dict(discriminate.named_parameters())
    logits = tf.functional_call(discriminate, parameters, (reverse_gradient(features, strength),))
    print('features', tuple(features.shape))
    return F.cross_entropy(classify(features), labels) + F.nll_loss(logits.log_softmax(1), domains)
