# %% tags=["mutant"]
# variant = "the cross-entropy of two classes, of which one has logit 0"
# loses = []

# %% grade_id="q6-gan-losses"
def discriminator_loss(real_logits, fake_logits):
    def two(logits):
        return torch.cat([torch.zeros_like(logits), logits], dim=1)

    real = torch.ones(len(real_logits), dtype=torch.long)
    return F.cross_entropy(two(real_logits), real) + F.cross_entropy(
        two(fake_logits), torch.zeros(len(fake_logits), dtype=torch.long)
    )


def generator_loss(fake_logits):
    logits = torch.cat([torch.zeros_like(fake_logits), fake_logits], dim=1)
    return -logits.log_softmax(dim=1)[:, 1].mean()
