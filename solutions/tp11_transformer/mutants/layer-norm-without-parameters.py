# %% tags=["mutant"]
# mistake = "the second norm has neither scale nor shift"
# loses = ["q4-encoder-layer"]
# breaks = ["learned"]
# hint = "a norm for each of the two parts"
# public = false

# %% grade_id="q4-encoder-layer"
class EncoderLayer(nn.Module):

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
        self.attend = MultiHeadAttention(dim, heads)
        self.network = nn.Sequential(
            nn.Linear(dim, hidden_size), nn.ReLU(), nn.Linear(hidden_size, dim)
        )
        self.attend_norm, self.network_norm = LayerNorm(dim), nn.LayerNorm(dim, elementwise_affine=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        seen = (
            mask.unsqueeze(1) if mask.dim() == 2 else mask
        )  # (B, L, L): each place has its own
        read = self.attend_norm(x) if self.norm_first else x
        added, weights = self.attend(read, read, seen)
        x = x + self.dropout(added)
        if self.norm_first:
            return x + self.dropout(self.network(self.network_norm(x))), weights
        x = self.attend_norm(x)
        return self.network_norm(x + self.dropout(self.network(x))), weights
