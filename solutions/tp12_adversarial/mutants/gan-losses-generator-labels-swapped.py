# %% tags=["mutant"]
# mistake = "the generator wants its points to be told as made"
# loses = ["q6-gan-losses"]
# breaks = ["generator-not-saturating"]
# hint = "label them 1, not 0"
# public = true

# %% grade_id="q6-gan-losses"
def discriminator_loss(real_logits, fake_logits):
    return F.binary_cross_entropy_with_logits(real_logits, torch.ones_like(real_logits)) + F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))


def generator_loss(fake_logits):
    return F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))
