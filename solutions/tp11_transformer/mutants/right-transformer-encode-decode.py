# %% tags=["mutant"]
# variant = "methods of its own to encode and to decode, two embeddings, dropout on the words"
# loses = []

# %% grade_id="q8-transformer"
class Transformer(nn.Module):
    def __init__(
        self, num_tokens, dim, heads, hidden_size, num_layers=1, norm_first=False, dropout=0.0
    ):
        super().__init__()
        self.dim = dim
        self.read, self.write = nn.Embedding(num_tokens, dim), nn.Embedding(num_tokens, dim)
        self.drop = nn.Dropout(dropout)
        self.encoder = Encoder(
            dim, heads, hidden_size, num_layers, norm_first=norm_first, dropout=dropout
        )
        self.layers = nn.ModuleList()
        for _ in range(num_layers):
            self.layers.append(
                DecoderLayer(dim, heads, hidden_size, norm_first=norm_first, dropout=dropout)
            )
        self.last = LayerNorm(dim)
        self.out = nn.Linear(dim, num_tokens, bias=False)

    def encode(self, source, mask):
        return self.encoder(
            self.drop(self.read(source) + sinusoidal_positions(source.shape[1], self.dim)), mask
        )[0]

    def decode(self, teacher, memory, memory_mask):
        x = self.drop(self.write(teacher) + sinusoidal_positions(teacher.shape[1], self.dim))
        own = torch.ones(teacher.shape, dtype=torch.bool)
        for layer in self.layers:
            x, _ = layer(x, own, memory, memory_mask)
        return self.out(self.last(x))

    def forward(self, source, source_mask, teacher):
        return self.decode(teacher, self.encode(source, source_mask), source_mask)
