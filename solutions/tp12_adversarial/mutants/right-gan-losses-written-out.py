# %% tags=["mutant"]
# variant = "losses in softplus form, in the step; one pass over real and made points; a tuple of lists"
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
        optimisers = self.optimizers(use_pl_optimizer=True)
        points = self(torch.randn(len(batch), self.noise_dim))
        real, made = self.discriminator(torch.cat([batch, points.detach()])).split(len(batch))
        optimisers[1].zero_grad(set_to_none=False)
        self.manual_backward(F.softplus(-real).mean() + F.softplus(made).mean())
        optimisers[1].step()
        gradients = torch.autograd.grad(
            F.softplus(-self.discriminator(points)).mean(), [*self.generator.parameters()]
        )
        for parameter, gradient in zip(self.generator.parameters(), gradients, strict=True):
            parameter.grad = gradient
        optimisers[0].step()

    def configure_optimizers(self):
        options = {"lr": self.lr, "betas": (0.5, 0.9)}
        g = torch.optim.Adam(self.generator.parameters(), **options)
        return [g, torch.optim.Adam(self.discriminator.parameters(), **options)], []
