# %% tags=["mutant"]
# mistake = "differences of logits, the critic's loss of another GAN"
# loses = ["q6-gan-losses"]
# breaks = ["discriminator", "generator-not-saturating", "finite"]
# hint = "real points are labelled 1"
# public = true

# %% grade_id="q6-gan-losses"
def discriminator_loss(real_logits, fake_logits):
    return fake_logits.mean() - real_logits.mean()


def generator_loss(fake_logits):
    return -fake_logits.mean()
