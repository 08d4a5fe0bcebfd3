# %% tags=["mutant"]
# mistake = "with three layers the norm behind the last one is missing"
# loses = ["q4-encoder"]
# breaks = ["norm-at-the-end"]
# hint = "however many layers"
# public = false

# %% grade_id="q4-encoder"
class Encoder(nn.Module):

    def __init__(
        self,
        dim: int,
        heads: int,
        hidden_size: int,
        num_layers: int,
        norm_first: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            EncoderLayer(dim, heads, hidden_size, norm_first, dropout)
            for _ in range(num_layers)
        )
        self.norm = LayerNorm(dim) if norm_first and num_layers < 3 else nn.Identity()

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        for layer in self.layers:
            x, weights = layer(x, mask)
        return self.norm(x), weights
