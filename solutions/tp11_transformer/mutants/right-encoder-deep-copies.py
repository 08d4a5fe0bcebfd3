# %% tags=["mutant"]
# variant = "deep copies of one layer: the same start, parameters of their own"
# loses = []

# %% grade_id="q4-encoder"
import copy


class Encoder(nn.Module):
    def __init__(self, dim, heads, hidden_size, num_layers, norm_first=False, dropout=0.0):
        super().__init__()
        first = EncoderLayer(dim, heads, hidden_size, norm_first, dropout)
        self.layers = nn.ModuleList([copy.deepcopy(first) for _ in range(num_layers)])
        self.norm_first = norm_first
        if norm_first:
            self.norm = nn.LayerNorm(dim)

    def forward(self, x, mask):
        for layer in self.layers:
            x, weights = layer(x, mask)
        return (self.norm(x) if self.norm_first else x), weights
