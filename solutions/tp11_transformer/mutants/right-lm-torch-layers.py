# %% tags=["mutant"]
# variant = "torch's own layers, positions that are learned up to 512"
# loses = []

# %% grade_id="q7-language-model"
class LanguageModel(nn.Module):
    def __init__(self, num_tokens, dim, heads, hidden_size, num_layers=1, dropout=0.0):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.positions = nn.Embedding(512, dim)
        self.drop = nn.Dropout(dropout)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(dim, heads, hidden_size, dropout, batch_first=True)
            for _ in range(num_layers)
        )
        self.head = nn.Linear(dim, num_tokens)

    def forward(self, tokens, mask):
        L = tokens.shape[1]
        x = self.drop(self.embedding(tokens) + self.positions(torch.arange(L)))
        later = torch.ones(L, L, dtype=torch.bool).triu(1)
        for layer in self.layers:
            x = layer(x, src_mask=later, src_key_padding_mask=~mask)
        return self.head(x)
