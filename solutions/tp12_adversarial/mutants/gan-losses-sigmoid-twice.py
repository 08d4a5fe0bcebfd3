# %% tags=["mutant"]
# mistake = "a sigmoid, then the cross-entropy that takes logits"
# loses = ["q6-gan-losses"]
# breaks = ["discriminator", "generator-not-saturating"]
# hint = "the sigmoid is taken twice"
# public = true

# %% grade_id="q6-gan-losses"
def discriminator_loss(real_logits, fake_logits):
    real_logits = real_logits.sigmoid()
    fake_logits = fake_logits.sigmoid()
    return F.binary_cross_entropy_with_logits(real_logits, torch.ones_like(real_logits)) + F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))


def generator_loss(fake_logits):
    fake_logits = fake_logits.sigmoid()
    return F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))
