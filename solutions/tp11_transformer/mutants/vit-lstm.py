# %% tags=["mutant"]
# mistake = "a recurrent layer over the squares"
# loses = ["q9-vision-transformer"]
# breaks = ["attention"]
# hint = "recurrent"
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
        self.rnn = nn.LSTM(dim, dim, num_layers=num_layers, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(dim, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        words = self.enter(patches(images, self.size))
        words = (
            torch.cat([self.first.expand(len(images), 1, -1), words], dim=1) + self.positions
        )
        words = self.dropout(words)
        return self.linear(self.rnn(words)[0].mean(dim=1))
