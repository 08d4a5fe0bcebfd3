# %% tags=["mutant"]
# mistake = "from the third place on all have the same positions"
# loses = ["q6-encoder-pooling"]
# breaks = ["order"]
# hint = "one for each place"
# public = false

# %% grade_id="q6-encoder-pooling"
class EncoderPooling(nn.Module):

    def __init__(
        self,
        dim: int,
        model_dim: int,
        heads: int,
        hidden_size: int,
        num_layers: int = 1,
        readout: str = "query",
        positions: bool = True,
        norm_first: bool = True,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.out_features = model_dim
        self.readout, self.positions = readout, positions
        self.enter = nn.Linear(dim, model_dim)
        self.encoder = Encoder(model_dim, heads, hidden_size, num_layers, norm_first, dropout)
        self.vector = nn.Parameter(
            torch.randn(model_dim) / math.sqrt(model_dim)
        )  # the query, or [CLS]

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        words = self.enter(x)
        if self.readout == "cls":
            front = self.vector.expand(len(x), 1, -1)
            words = torch.cat([front, words], dim=1)
            mask = torch.cat([torch.ones_like(mask[:, :1]), mask], dim=1)
        if self.positions:
            table = sinusoidal_positions(words.shape[1], words.shape[2]).to(words)
            words = words + table[torch.arange(words.shape[1]).clamp(max=2)]
        states, looks = self.encoder(words, mask)
        if self.readout == "cls":
            weights = looks[:, :, 0, 1:].mean(dim=1)
            return states[:, 0], weights / weights.sum(dim=1, keepdim=True).clamp(min=1e-12)
        scores = (states @ self.vector).masked_fill(~mask, torch.finfo(states.dtype).min)
        weights = scores.softmax(dim=1).masked_fill(~mask, 0.0)
        return (weights.unsqueeze(1) @ states).squeeze(1), weights
