# %% tags=["mutant"]
# mistake = "the logarithm of a sigmoid is infinite for large logits"
# loses = ["q6-gan-losses"]
# breaks = ["finite"]
# hint = "log 0 infinite"
# public = true
# check = "an infinite number"

# %% grade_id="q6-gan-losses"
def discriminator_loss(real_logits, fake_logits):
    return -real_logits.sigmoid().log().mean() - (1 - fake_logits.sigmoid()).log().mean()


def generator_loss(fake_logits):
    return -fake_logits.sigmoid().log().mean()
