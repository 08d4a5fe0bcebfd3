# %% tags=["mutant"]
# mistake = "one mean over real and made points together"
# loses = ["q6-gan-losses"]
# breaks = ["discriminator", "finite"]
# hint = "not one mean over all points"
# public = true
# check = "not half of it"

# %% grade_id="q6-gan-losses"
def discriminator_loss(real_logits, fake_logits):
    logits = torch.cat([real_logits, fake_logits])
    labels = torch.cat([torch.ones_like(real_logits), torch.zeros_like(fake_logits)])
    return F.binary_cross_entropy_with_logits(logits, labels)


def generator_loss(fake_logits):
    return F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))
