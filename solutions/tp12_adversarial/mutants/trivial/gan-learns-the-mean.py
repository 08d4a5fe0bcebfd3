# %% tags=["mutant"]
# trivial = "a generator that learns the mean of real points, without a discriminator"

# %% grade_id="q6-gan"
class GAN(LightningModule):
    def __init__(self, generator, discriminator, noise_dim, lr=1e-3):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.noise_dim, self.lr = noise_dim, lr

    def forward(self, noise):
        return self.generator(noise)

    def training_step(self, batch, batch_idx):
        return F.mse_loss(self(torch.randn(len(batch), self.noise_dim)), batch)

    def configure_optimizers(self):
        return torch.optim.Adam(self.generator.parameters(), lr=self.lr)
