# %% tags=["mutant"]
# variant = "SiLU in a Sequential, other names"
# loses = []

# %% grade_id="q4-encoder-layer"
class EncoderLayer(nn.Module):
    def __init__(self, dim, heads, hidden_size, norm_first=False, dropout=0.0):
        super().__init__()
        self.pre = norm_first
        self.mha = MultiHeadAttention(dim, heads)
        self.mlp = nn.Sequential(
            nn.Linear(dim, hidden_size), nn.SiLU(), nn.Linear(hidden_size, dim), nn.Dropout(dropout)
        )
        self.norms = nn.ModuleList([LayerNorm(dim), LayerNorm(dim)])
        self.p = dropout

    def sublayer(self, x, norm, part):
        return x + part(norm(x)) if self.pre else norm(x + part(x))

    def forward(self, x, mask):
        kept = []

        def attend(y):
            added, weights = self.mha(y, y, mask.unsqueeze(1) if mask.dim() == 2 else mask)
            kept.append(weights)
            return F.dropout(added, self.p, training=self.training)

        x = self.sublayer(x, self.norms[0], attend)
        x = self.sublayer(x, self.norms[1], self.mlp)
        return x, kept[0]
