# %% tags=["mutant"]
# mistake = "a second non-linearity, tanh, follows the second map"
# loses = ["q4-encoder-layer"]
# breaks = ["network"]
# hint = "nothing follows the last linear map"
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
            nn.Linear(dim, hidden_size), nn.ReLU(), nn.Linear(hidden_size, dim), nn.Tanh()
        )
        self.attend_norm, self.network_norm = LayerNorm(dim), LayerNorm(dim)
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
