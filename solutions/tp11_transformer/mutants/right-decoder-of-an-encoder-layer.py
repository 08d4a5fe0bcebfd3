# %% tags=["mutant"]
# variant = "the first part and its norm borrowed from classes of one's own"
# loses = []

# %% grade_id="q8-decoder-layer"
class AddNorm(nn.Module):
    def __init__(self, dim, norm_first, dropout):
        super().__init__()
        self.norm, self.norm_first, self.dropout = (
            LayerNorm(dim),
            norm_first,
            nn.Dropout(dropout),
        )

    def forward(self, x, part):
        if self.norm_first:
            return x + self.dropout(part(self.norm(x)))
        return self.norm(x + self.dropout(part(x)))


class DecoderLayer(nn.Module):
    def __init__(self, dim, heads, hidden_size, norm_first=False, dropout=0.0):
        super().__init__()
        self.own, self.cross = MultiHeadAttention(dim, heads), MultiHeadAttention(dim, heads)
        self.one, self.two, self.three = (AddNorm(dim, norm_first, dropout) for _ in range(3))
        self.w1, self.w2 = nn.Linear(dim, hidden_size), nn.Linear(hidden_size, dim)

    def forward(self, x, mask, memory, memory_mask):
        L = x.shape[1]
        seen = mask.unsqueeze(1).expand(-1, L, -1) & causal_mask(L)
        x = self.one(x, lambda y: self.own(y, y, seen)[0])
        weights = None

        def read(y):
            nonlocal weights
            found, weights = self.cross(y, memory, memory_mask.unsqueeze(1))
            return found

        x = self.two(x, read)
        return self.three(x, lambda y: self.w2(torch.relu(self.w1(y)))), weights
