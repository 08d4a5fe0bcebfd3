# %% tags=["mutant"]
# variant = "a single class with attention of its own, by an additive bias, positions cached in a buffer, padding_idx"
# loses = []

# %% grade_id="q7-language-model"
class LanguageModel(nn.Module):
    def __init__(self, num_tokens, dim, heads, hidden_size, num_layers=1, dropout=0.0):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim, padding_idx=0)
        self.register_buffer("table", sinusoidal_positions(512, dim), persistent=False)
        self.heads = heads
        self.drop = nn.Dropout(dropout)
        for n in range(num_layers):
            setattr(self, f"qkv{n}", nn.Linear(dim, 3 * dim, bias=False))
            setattr(self, f"out{n}", nn.Linear(dim, dim, bias=False))
            setattr(
                self,
                f"net{n}",
                nn.Sequential(
                    nn.Linear(dim, hidden_size), nn.SiLU(), nn.Linear(hidden_size, dim)
                ),
            )
            setattr(self, f"first{n}", nn.LayerNorm(dim))
            setattr(self, f"second{n}", nn.LayerNorm(dim))
        self.num_layers = num_layers
        self.linear = nn.Linear(dim, num_tokens)

    def forward(self, tokens, mask, cache=None):
        B, L = tokens.shape
        x = self.drop(self.embedding(tokens) + self.table[:L])
        bias = torch.zeros(B, 1, L, L).masked_fill(
            ~(causal_mask(L) & mask[:, None])[:, None], -1e9
        )
        for n in range(self.num_layers):
            q, k, v = getattr(self, f"qkv{n}")(getattr(self, f"first{n}")(x)).chunk(3, dim=-1)
            q, k, v = (each.view(B, L, self.heads, -1).transpose(1, 2) for each in (q, k, v))
            weights = torch.softmax(q @ k.mT / q.shape[-1] ** 0.5 + bias, dim=-1)
            read = (weights @ v).transpose(1, 2).reshape(B, L, -1)
            x = x + self.drop(getattr(self, f"out{n}")(read))
            x = x + self.drop(getattr(self, f"net{n}")(getattr(self, f"second{n}")(x)))
        return self.linear(x)
