# %% tags=["mutant"]
# trivial = "2 log 2 and log 2, the draw, whatever the logits"

# %% grade_id="q6-gan-losses"
def discriminator_loss(real_logits, fake_logits):
    return 0 * real_logits.sum() + 1.3863


def generator_loss(fake_logits):
    return 0 * fake_logits.sum() + 0.6931
