# %% tags=["mutant"]
# mistake = "real points are labelled 0.9"
# loses = ["q6-gan-losses"]
# breaks = ["discriminator"]
# hint = "real points are labelled 1"
# public = true

# %% grade_id="q6-gan-losses"
def discriminator_loss(real_logits, fake_logits):
    return F.binary_cross_entropy_with_logits(real_logits, torch.full_like(real_logits, 0.9)) + F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))


def generator_loss(fake_logits):
    return F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))
