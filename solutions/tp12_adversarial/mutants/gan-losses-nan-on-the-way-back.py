# %% tags=["mutant"]
# mistake = "the losses are finite and their gradients are not"
# loses = ["q6-gan-losses"]
# breaks = ["finite"]
# hint = "there is a nan"
# public = false

# %% grade_id="q6-gan-losses"
def rising(logits: Tensor) -> Tensor:
    return torch.where(logits > 50, logits, logits.exp().log1p())


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    return rising(-real_logits).mean() + rising(fake_logits).mean()


def generator_loss(fake_logits: Tensor) -> Tensor:
    return rising(-fake_logits).mean()
