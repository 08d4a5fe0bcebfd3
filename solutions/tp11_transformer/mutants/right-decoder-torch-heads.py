# %% tags=["mutant"]
# variant = "torch's attention and norms, the feed-forward with dropout inside, GELU"
# loses = []

# %% grade_id="q8-decoder-layer"
class DecoderLayer(nn.Module):
    def __init__(self, dim, heads, hidden_size, norm_first=False, dropout=0.0):
        super().__init__()
        self.pre = norm_first
        self.own = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.cross = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.ffn = nn.Sequential(
            nn.Linear(dim, hidden_size),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(hidden_size, dim),
        )
        self.n1, self.n2, self.n3 = nn.LayerNorm(dim), nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.d1, self.d2, self.d3 = (
            nn.Dropout(dropout),
            nn.Dropout(dropout),
            nn.Dropout(dropout),
        )

    def forward(self, x, mask, memory, memory_mask):
        later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
        y = self.n1(x) if self.pre else x
        y, _ = self.own(y, y, y, attn_mask=later, key_padding_mask=~mask)
        x = x + self.d1(y)
        x = x if self.pre else self.n1(x)
        y = self.n2(x) if self.pre else x
        y, weights = self.cross(
            y, memory, memory, key_padding_mask=~memory_mask, average_attn_weights=False
        )
        x = x + self.d2(y)
        x = x if self.pre else self.n2(x)
        y = self.n3(x) if self.pre else x
        x = x + self.d3(self.ffn(y))
        return (x if self.pre else self.n3(x)), weights
