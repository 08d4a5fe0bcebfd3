# %% tags=["mutant"]
# variant = "the mean of the states, sinusoidal positions, a convolution for the squares"
# loses = []

# %% grade_id="q9-vision-transformer"
class VisionTransformer(nn.Module):
    def __init__(
        self, side, size, dim, heads, hidden_size, num_layers=1, num_classes=10, dropout=0.0
    ):
        super().__init__()
        self.embed = nn.Conv2d(1, dim, kernel_size=size, stride=size)
        self.encoder = Encoder(
            dim, heads, hidden_size, num_layers, norm_first=True, dropout=dropout
        )
        self.drop = nn.Dropout(dropout)
        self.head = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, num_classes))

    def forward(self, images):
        words = self.embed(images.unsqueeze(1)).flatten(2).mT
        words = self.drop(words + sinusoidal_positions(*words.shape[1:]))
        states, _ = self.encoder(words, torch.ones(words.shape[:2], dtype=torch.bool))
        return self.head(states.mean(dim=1))
