# %% tags=["mutant"]
# variant = "toggle_optimizer, and new noise for the generator's step"
# loses = []

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
        self.toggle_optimizer(of_discriminator)
        fake = self(torch.randn(len(batch), self.noise_dim)).detach()
        d_loss = discriminator_loss(self.discriminator(batch), self.discriminator(fake))
        of_discriminator.zero_grad()
        self.manual_backward(d_loss)
        of_discriminator.step()
        self.untoggle_optimizer(of_discriminator)
        self.toggle_optimizer(of_generator)
        g_loss = generator_loss(self.discriminator(self(torch.randn(len(batch), self.noise_dim))))
        of_generator.zero_grad()
        self.manual_backward(g_loss)
        of_generator.step()
        self.untoggle_optimizer(of_generator)
        self.log_dict({"d": d_loss, "g": g_loss})

    def configure_optimizers(self):
        return [
            torch.optim.Adam(player.parameters(), lr=self.lr, betas=(0.5, 0.9))
            for player in (self.generator, self.discriminator)
        ]
