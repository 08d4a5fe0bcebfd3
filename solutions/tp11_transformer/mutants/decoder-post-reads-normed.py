# %% tags=["mutant"]
# mistake = "post-LN: each part reads LN(x), and the sum is normed too"
# loses = ["q8-decoder-layer"]
# breaks = ["adds-and-normalises"]
# hint = "attention reads x as it is"
# public = false

# %% grade_id="q8-decoder-layer"
class DecoderLayer(nn.Module):
    def __init__(
        self,
        dim: int,
        heads: int,
        hidden_size: int,
        norm_first: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.norm_first = norm_first
        self.attend, self.look = MultiHeadAttention(dim, heads), MultiHeadAttention(dim, heads)
        self.network = nn.Sequential(
            nn.Linear(dim, hidden_size), nn.ReLU(), nn.Linear(hidden_size, dim)
        )
        self.norms = nn.ModuleList(LayerNorm(dim) for _ in range(3))
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, x: Tensor, mask: Tensor, memory: Tensor, memory_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        seen = causal_mask(x.shape[1]).to(mask.device) & mask.unsqueeze(1)

        def adding(x, norm, sublayer):
            added, weights = sublayer(norm(x))
            x = x + self.dropout(added)
            return x if self.norm_first else norm(x), weights

        readable = memory_mask.unsqueeze(1)
        x, _ = adding(x, self.norms[0], lambda read: self.attend(read, read, seen))
        x, weights = adding(x, self.norms[1], lambda read: self.look(read, memory, readable))
        x, _ = adding(x, self.norms[2], lambda read: (self.network(read), None))
        return x, weights
