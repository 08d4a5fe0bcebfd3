# %% tags=["mutant"]
# variant = "torch's encoder, pre-LN, with nested tensors as by default"
# loses = []

# %% grade_id="q7-language-model"
class LanguageModel(nn.Module):
    def __init__(self, num_tokens, dim, heads, hidden_size, num_layers=1, dropout=0.0):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        layer = nn.TransformerEncoderLayer(
            dim, heads, hidden_size, dropout, activation="gelu", batch_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, num_layers)
        self.linear = nn.Linear(dim, num_tokens)

    def forward(self, tokens, mask):
        words = self.embedding(tokens)
        words = words + sinusoidal_positions(words.shape[1], words.shape[2])
        ahead = nn.Transformer.generate_square_subsequent_mask(words.shape[1]) < 0
        return self.linear(self.encoder(words, mask=ahead, src_key_padding_mask=~mask))
