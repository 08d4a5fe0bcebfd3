# %% tags=["mutant"]
# mistake = "sums in place of means"
# loses = ["q6-gan-losses"]
# breaks = ["discriminator", "generator-not-saturating", "finite"]
# hint = "a mean for each kind, not a sum"
# public = true

# %% grade_id="q6-gan-losses"
def discriminator_loss(real_logits, fake_logits):
    return F.binary_cross_entropy_with_logits(real_logits, torch.ones_like(real_logits), reduction="sum") + F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits), reduction="sum")


def generator_loss(fake_logits):
    return F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits), reduction="sum")
