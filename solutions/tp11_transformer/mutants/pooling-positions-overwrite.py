# %% tags=["mutant"]
# mistake = "positions take the place of the words"
# loses = ["q6-encoder-pooling"]
# breaks = ["attends-on-states"]
# hint = "positions are added"
# public = true

# %% grade_id="q6-encoder-pooling"
class EncoderPooling(nn.Module):
    def __init__(
        self,
        dim,
        model_dim,
        heads,
        hidden_size,
        num_layers=1,
        readout="query",
        positions=True,
        norm_first=True,
        dropout=0.0,
    ):
        super().__init__()
        self.out_features = model_dim
        self.readout, self.positions = readout, positions
        self.project = nn.Linear(dim, model_dim)
        self.encoder = Encoder(model_dim, heads, hidden_size, num_layers, norm_first, dropout)
        if readout == "cls":
            self.cls = nn.Parameter(torch.randn(1, 1, model_dim))
        else:
            self.query = nn.Parameter(torch.randn(model_dim) / math.sqrt(model_dim))

    def forward(self, x, mask):
        B = x.shape[0]
        h = self.project(x)
        if self.readout == "cls":
            h = torch.cat([self.cls.expand(B, -1, -1), h], dim=1)
            mask = torch.cat([torch.ones(B, 1, dtype=torch.bool), mask], dim=1)
        if self.positions:
            h = sinusoidal_positions(h.shape[1], h.shape[2]).expand_as(h)
        states, weights = self.encoder(h, mask)
        if self.readout == "cls":
            w = weights[:, :, 0, 1:].mean(dim=1)
            return states[:, 0], w / w.sum(dim=1, keepdim=True)
        scores = states @ self.query
        w = scores.masked_fill(~mask, -1e9).softmax(dim=1) * mask
        return (w.unsqueeze(2) * states).sum(dim=1), w
