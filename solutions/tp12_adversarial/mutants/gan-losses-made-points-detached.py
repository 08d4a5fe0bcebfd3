# %% tags=["mutant"]
# mistake = "the loss of the discriminator is cut off from made logits"
# loses = ["q6-gan-losses"]
# breaks = ["discriminator"]
# hint = "stays a tensor to learn from"
# public = false

# %% grade_id="q6-gan-losses"
def discriminator_loss(real_logits, fake_logits):
    fake_logits = fake_logits.detach()
    return F.binary_cross_entropy_with_logits(real_logits, torch.ones_like(real_logits)) + F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))


def generator_loss(fake_logits):
    return F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))
