# %% tags=["mutant"]
# mistake = "the generator moves on every second batch alone"
# loses = ["q6-gan"]
# breaks = ["trajectory"]
# hint = "Adam of its own"
# public = true
# check = "its own gradient alone"

# %% grade_id="q6-gan"
class GAN(LightningModule):
    def __init__(self, generator, discriminator, noise_dim, lr=1e-3):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.noise_dim, self.lr = noise_dim, lr
        self.automatic_optimization = False

    def forward(self, noise):
        return self.generator(noise)

    def training_step(self, batch, batch_idx):
        of_generator, of_discriminator = self.optimizers()
        fake = self(torch.randn(len(batch), self.noise_dim))
        of_discriminator.zero_grad()
        loss = discriminator_loss(self.discriminator(batch), self.discriminator(fake.detach()))
        self.manual_backward(loss)
        of_discriminator.step()
        of_generator.zero_grad()
        self.manual_backward(generator_loss(self.discriminator(fake)))
        if batch_idx % 2 == 0:
            of_generator.step()

    def configure_optimizers(self):
        return [
            torch.optim.Adam(player.parameters(), lr=self.lr, betas=(0.5, 0.9))
            for player in (self.generator, self.discriminator)
        ]
