# %% tags=["mutant"]
# variant = "points are made under no_grad for the discriminator, and again of the same noise"
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
        noise = torch.empty(batch.shape[0], self.noise_dim, device=self.device).normal_()
        g_opt, d_opt = self.optimizers()
        with torch.no_grad():
            made = self.generator(noise)
        d_opt.zero_grad()
        discriminator_loss(self.discriminator(batch), self.discriminator(made)).backward()
        d_opt.step()
        g_opt.zero_grad()
        generator_loss(self.discriminator(self.generator(noise))).backward()
        g_opt.step()

    def configure_optimizers(self):
        return [
            torch.optim.Adam(player.parameters(), lr=self.lr, betas=(0.5, 0.9))
            for player in (self.generator, self.discriminator)
        ]
