# %% tags=["mutant"]
# variant = "logsigmoid, and a criterion"
# loses = []

# %% grade_id="q6-gan-losses"
def discriminator_loss(real_logits, fake_logits):
    return -(F.logsigmoid(real_logits).mean() + F.logsigmoid(-fake_logits).mean())


def generator_loss(fake_logits):
    return nn.BCEWithLogitsLoss()(fake_logits, torch.ones(fake_logits.shape))
