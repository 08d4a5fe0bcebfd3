# %% tags=["mutant"]
# mistake = "real points are labelled 0 and made ones 1"
# loses = ["q6-gan-losses"]
# breaks = ["discriminator"]
# hint = "the labels are swapped"
# public = true

# %% grade_id="q6-gan-losses"
def discriminator_loss(real_logits, fake_logits):
    return F.binary_cross_entropy_with_logits(real_logits, torch.zeros_like(real_logits)) + F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))


def generator_loss(fake_logits):
    return F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))
