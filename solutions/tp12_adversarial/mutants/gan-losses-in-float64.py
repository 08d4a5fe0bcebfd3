# %% tags=["mutant"]
# mistake = "the losses come back in float64"
# loses = ["q6-gan-losses"]
# breaks = ["finite"]
# hint = "float32 comes back"
# public = false

# %% grade_id="q6-gan-losses"
def rising(logits: Tensor) -> Tensor:
    return F.softplus(logits.double())


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    return rising(-real_logits).mean() + rising(fake_logits).mean()


def generator_loss(fake_logits: Tensor) -> Tensor:
    return rising(-fake_logits).mean()
