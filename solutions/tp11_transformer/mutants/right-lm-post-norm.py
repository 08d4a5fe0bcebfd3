# %% tags=["mutant"]
# variant = "post-LN, embeddings scaled by the root of D, tied weights"
# loses = []

# %% grade_id="q7-language-model"
class LanguageModel(nn.Module):
    def __init__(self, num_tokens, dim, heads, hidden_size, num_layers=1, dropout=0.0):
        super().__init__()
        self.emb = nn.Embedding(num_tokens, dim)
        self.layers = nn.ModuleList(
            [EncoderLayer(dim, heads, hidden_size, dropout=dropout) for _ in range(num_layers)]
        )
        self.out = nn.Linear(dim, num_tokens, bias=False)
        self.out.weight = self.emb.weight

    def forward(self, tokens, mask):
        B, L = tokens.shape
        h = self.emb(tokens) * math.sqrt(self.emb.embedding_dim)
        h = h + sinusoidal_positions(L, h.shape[-1])
        seen = mask[:, None, :].expand(B, L, L) & causal_mask(L)[None]
        for layer in self.layers:
            h, _ = layer(h, seen)
        return self.out(h)
