# %% tags=["mutant"]
# mistake = "the state of the first square is read, not that of [CLS]"
# loses = ["q9-vision-transformer"]
# breaks = ["order-of-patches-counts"]
# hint = "read the state of [CLS]"
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
        self.encoder = Encoder(
            dim, heads, hidden_size, num_layers, norm_first=True, dropout=dropout
        )
        self.linear = nn.Linear(dim, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        words = self.enter(patches(images, self.size))
        words = (
            torch.cat([self.first.expand(len(images), 1, -1), words], dim=1) + self.positions
        )
        mask = torch.ones_like(words[:, :, 0], dtype=torch.bool)
        return self.linear(self.encoder(words, mask)[0][:, 1])
