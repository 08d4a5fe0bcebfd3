# %% tags=["mutant"]
# mistake = "only the first layer is handed dropout"
# loses = ["q4-encoder"]
# breaks = ["options"]
# hint = "dropout is handed on"
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
            EncoderLayer(dim, heads, hidden_size, norm_first, dropout if i == 0 else 0.0)
            for i in range(num_layers)
        )
        self.norm = LayerNorm(dim) if norm_first else nn.Identity()

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        for layer in self.layers:
            x, weights = layer(x, mask)
        return self.norm(x), weights
