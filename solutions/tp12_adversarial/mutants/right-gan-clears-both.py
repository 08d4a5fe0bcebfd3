# %% tags=["mutant"]
# variant = "the gradients of both are cleared before each backward, and made points are not detached"
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
        g_opt, d_opt = self.optimizers()
        z = torch.randn((len(batch), self.noise_dim)).type_as(batch)
        self.zero_grad()
        self.manual_backward(discriminator_loss(self.discriminator(batch), self.discriminator(self(z))))
        d_opt.step()
        self.zero_grad()
        self.manual_backward(generator_loss(self.discriminator(self(z))))
        g_opt.step()
        print("step", batch_idx)

    def configure_optimizers(self):
        return [
            torch.optim.Adam(player.parameters(), lr=self.lr, betas=(0.5, 0.9))
            for player in (self.generator, self.discriminator)
        ]
