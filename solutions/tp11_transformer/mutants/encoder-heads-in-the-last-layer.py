# %% tags=["mutant"]
# mistake = "only the last layer is handed heads"
# loses = ["q4-encoder"]
# breaks = ["options"]
# hint = "heads is handed on"
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
            EncoderLayer(dim, heads if i == num_layers - 1 else 1, hidden_size, norm_first, dropout)
            for i in range(num_layers)
        )
        self.norm = LayerNorm(dim) if norm_first else nn.Identity()

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        for layer in self.layers:
            x, weights = layer(x, mask)
        return self.norm(x), weights
