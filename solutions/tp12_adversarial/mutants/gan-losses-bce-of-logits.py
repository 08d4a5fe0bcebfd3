# %% tags=["mutant"]
# mistake = "the cross-entropy of probabilities is given logits"
# loses = ["q6-gan-losses"]
# breaks = ["discriminator", "generator-not-saturating", "finite"]
# hint = "between 0 and 1"
# public = true

# %% grade_id="q6-gan-losses"
def discriminator_loss(real_logits, fake_logits):
    return F.binary_cross_entropy(real_logits, torch.ones_like(real_logits)) + F.binary_cross_entropy(fake_logits, torch.zeros_like(fake_logits))


def generator_loss(fake_logits):
    return F.binary_cross_entropy(fake_logits, torch.ones_like(fake_logits))
