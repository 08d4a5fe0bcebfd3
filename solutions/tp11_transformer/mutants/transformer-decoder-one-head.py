# %% tags=["mutant"]
# mistake = "the decoder is not handed heads"
# loses = ["q8-transformer"]
# breaks = ["options"]
# hint = "heads is handed on"
# public = false

# %% grade_id="q8-transformer"
class Transformer(nn.Module):

    def __init__(
        self,
        num_tokens: int,
        dim: int,
        heads: int,
        hidden_size: int,
        num_layers: int = 1,
        norm_first: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.encoder = Encoder(dim, heads, hidden_size, num_layers, norm_first, dropout)
        self.decoder = nn.ModuleList(
            DecoderLayer(dim, 1, hidden_size, norm_first, dropout)
            for _ in range(num_layers)
        )
        self.norm = LayerNorm(dim) if norm_first else nn.Identity()
        self.linear = nn.Linear(dim, num_tokens)

    def forward(self, source: Tensor, source_mask: Tensor, teacher: Tensor) -> Tensor:

        def placed(tokens):
            words = self.embedding(tokens)
            return words + sinusoidal_positions(words.shape[1], words.shape[2]).to(words)

        memory, _ = self.encoder(placed(source), source_mask)
        states, every_place = placed(teacher), torch.ones_like(teacher, dtype=torch.bool)
        for layer in self.decoder:
            states, _ = layer(states, every_place, memory, source_mask)
        return self.linear(self.norm(states))
