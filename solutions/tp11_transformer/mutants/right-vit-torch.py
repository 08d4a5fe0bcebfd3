# %% tags=["mutant"]
# variant = "torch's encoder, [CLS] behind the squares, learned positions that start at 0"
# loses = []

# %% grade_id="q9-vision-transformer"
class VisionTransformer(nn.Module):
    def __init__(
        self, side, size, dim, heads, hidden_size, num_layers=1, num_classes=10, dropout=0.0
    ):
        super().__init__()
        n = (side // size) ** 2
        self.size = size
        self.linear = nn.Linear(size * size, dim)
        self.cls = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos = nn.Parameter(torch.zeros(1, n + 1, dim))
        layer = nn.TransformerEncoderLayer(dim, heads, hidden_size, dropout, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, num_layers)
        self.classify = nn.Linear(dim, num_classes)

    def forward(self, images):
        x = self.linear(patches(images, self.size))
        x = torch.cat([x, self.cls.expand(len(x), -1, -1)], dim=1) + self.pos
        return self.classify(self.encoder(x)[:, -1])
