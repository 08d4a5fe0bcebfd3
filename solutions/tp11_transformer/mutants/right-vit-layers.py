# %% tags=["mutant"]
# variant = "layers in a loop, post-LN, mean"
# loses = []

# %% grade_id="q9-vision-transformer"
class VisionTransformer(nn.Module):
    def __init__(
        self, side, size, dim, heads, hidden_size, num_layers=1, num_classes=10, dropout=0.0
    ):
        super().__init__()
        self.size = size
        self.enter = nn.Sequential(nn.Linear(size**2, dim), nn.LayerNorm(dim))
        self.where = nn.Embedding((side // size) ** 2, dim)
        self.layers = nn.ModuleList(
            EncoderLayer(dim, heads, hidden_size, dropout=dropout) for _ in range(num_layers)
        )
        self.out = nn.Linear(dim, num_classes)

    def forward(self, images):
        words = self.enter(patches(images, self.size))
        words = words + self.where(torch.arange(words.shape[1]))
        mask = torch.ones(words.shape[:2]) > 0
        for layer in self.layers:
            words, _ = layer(words, mask)
        return self.out(words.mean(dim=1))
