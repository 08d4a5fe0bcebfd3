# %% tags=["mutant"]
# mistake = "each square by itself, then their mean"
# loses = ["q9-vision-transformer"]
# breaks = ["attention"]
# hint = "hear of each other"
# public = false

# %% grade_id="q9-vision-transformer"
class VisionTransformer(nn.Module):
    def __init__(
        self,
        side: int,
        size: int,
        dim: int,
        heads: int,
        hidden_size: int,
        num_layers: int = 1,
        num_classes: int = 10,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.size = size
        self.enter = nn.Linear(size * size, dim)
        self.first = nn.Parameter(torch.randn(dim) / math.sqrt(dim))
        self.positions = nn.Parameter(
            torch.randn(1 + (side // size) ** 2, dim) / math.sqrt(dim)
        )
        self.network = nn.Sequential(
            *[
                layer
                for _ in range(num_layers)
                for layer in (nn.Linear(dim, dim), nn.ReLU(), nn.Dropout(dropout))
            ]
        )
        self.linear = nn.Linear(dim, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        words = self.enter(patches(images, self.size))
        words = (
            torch.cat([self.first.expand(len(images), 1, -1), words], dim=1) + self.positions
        )
        mask = torch.ones_like(words[:, :, 0], dtype=torch.bool)
        return self.linear(self.network(words).mean(dim=1))
