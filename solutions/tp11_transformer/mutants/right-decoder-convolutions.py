# %% tags=["mutant"]
# variant = "the network as two convolutions of width 1, SiLU, maps without bias by hand"
# loses = []

# %% grade_id="q8-decoder-layer"
class DecoderLayer(nn.Module):
    def __init__(self, dim, heads, hidden_size, norm_first=False, dropout=0.0):
        super().__init__()
        self.norm_first, self.heads = norm_first, heads
        self.a = nn.ModuleDict(
            {n: nn.Linear(dim, dim, bias=False) for n in ("q", "k", "v", "o")}
        )
        self.b = nn.ModuleDict(
            {n: nn.Linear(dim, dim, bias=False) for n in ("q", "k", "v", "o")}
        )
        self.up, self.down = nn.Conv1d(dim, hidden_size, 1), nn.Conv1d(hidden_size, dim, 1)
        self.norms = nn.ModuleDict({n: LayerNorm(dim) for n in ("own", "cross", "net")})
        self.dropout = dropout

    def look(self, maps, x, memory, mask):
        B, L, D = x.shape
        S = memory.shape[1]
        q = maps["q"](x).view(B, L, self.heads, -1)
        k = maps["k"](memory).view(B, S, self.heads, -1)
        v = maps["v"](memory).view(B, S, self.heads, -1)
        scores = torch.einsum("blhk,bshk->bhls", q, k) / math.sqrt(D // self.heads)
        weights = scores.masked_fill(~mask.unsqueeze(1), -1e30).softmax(-1)
        weights = weights * mask.unsqueeze(1)
        return maps["o"](torch.einsum("bhls,bshk->blhk", weights, v).reshape(B, L, D)), weights

    def forward(self, x, mask, memory, memory_mask):
        drop = lambda y: F.dropout(y, self.dropout, self.training)
        seen = causal_mask(x.shape[1]) & mask[:, None]
        steps = {
            "own": lambda y: self.look(self.a, y, y, seen),
            "cross": lambda y: self.look(self.b, y, memory, memory_mask[:, None]),
            "net": lambda y: (self.down(F.silu(self.up(y.mT))).mT, None),
        }
        kept = {}
        for name, step in steps.items():
            norm = self.norms[name]
            if self.norm_first:
                y, kept[name] = step(norm(x))
                x = x + drop(y)
            else:
                y, kept[name] = step(x)
                x = norm(x + drop(y))
        return x, kept["cross"]
