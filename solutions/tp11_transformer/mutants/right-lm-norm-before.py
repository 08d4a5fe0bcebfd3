# %% tags=["mutant"]
# variant = "a norm before the encoder, and a hidden layer behind it"
# loses = []

# %% grade_id="q7-language-model"
class LanguageModel(nn.Module):
    def __init__(self, num_tokens, dim, heads, hidden_size, num_layers=1, dropout=0.0):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.norm = LayerNorm(dim)
        self.encoder = Encoder(
            dim, heads, hidden_size, num_layers, norm_first=False, dropout=dropout
        )
        self.linear = nn.Sequential(nn.Linear(dim, dim), nn.GELU(), nn.Linear(dim, num_tokens))
        self.masks = {}

    def forward(self, tokens, mask):
        L = tokens.size(1)
        if L not in self.masks:
            self.masks[L] = causal_mask(L)
        x = self.embedding(tokens)
        x = self.norm(x + sinusoidal_positions(L, x.size(2)))
        states, _ = self.encoder(x, self.masks[L].unsqueeze(0) & mask.unsqueeze(1))
        return self.linear(states)
