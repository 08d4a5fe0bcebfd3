# %% tags=["mutant"]
# variant = "softplus forms of both"
# loses = []

# %% grade_id="q6-gan-losses"
def discriminator_loss(real_logits, fake_logits):
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()


def generator_loss(fake_logits):
    return F.softplus(-fake_logits).mean()
