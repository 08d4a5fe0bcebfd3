# %% tags=["mutant"]
# mistake = "half the sum of the two means"
# loses = ["q6-gan-losses"]
# breaks = ["discriminator", "finite"]
# hint = "not half of it"
# public = true

# %% grade_id="q6-gan-losses"
def discriminator_loss(real_logits, fake_logits):
    return (F.binary_cross_entropy_with_logits(real_logits, torch.ones_like(real_logits)) + F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))) / 2


def generator_loss(fake_logits):
    return F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))
