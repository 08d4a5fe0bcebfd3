# %% tags=["mutant"]
# mistake = "1e-8 in the logarithm: large logits cost 18"
# loses = ["q6-gan-losses"]
# breaks = ["finite"]
# hint = "log 0 infinite"
# public = true

# %% grade_id="q6-gan-losses"
def discriminator_loss(real_logits, fake_logits):
    return -(real_logits.sigmoid() + 1e-8).log().mean() - (1 - fake_logits.sigmoid() + 1e-8).log().mean()


def generator_loss(fake_logits):
    return -(fake_logits.sigmoid() + 1e-8).log().mean()
