# %% tags=["mutant"]
# variant = "torch's encoder and decoder, positions that are learned"
# loses = []

# %% grade_id="q8-transformer"
class Transformer(nn.Module):
    def __init__(
        self, num_tokens, dim, heads, hidden_size, num_layers=1, norm_first=False, dropout=0.0
    ):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.places = nn.Parameter(torch.randn(512, dim) * 0.1)
        options = {"dropout": dropout, "batch_first": True, "norm_first": norm_first}
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(dim, heads, hidden_size, **options),
            num_layers,
            enable_nested_tensor=False,
        )
        self.decoder = nn.TransformerDecoder(
            nn.TransformerDecoderLayer(dim, heads, hidden_size, **options), num_layers
        )
        self.output = nn.Linear(dim, num_tokens)

    def forward(self, source, source_mask, teacher):
        T = teacher.shape[1]
        x = self.embedding(source) + self.places[: source.shape[1]]
        memory = self.encoder(x, src_key_padding_mask=~source_mask)
        y = self.embedding(teacher) + self.places[:T]
        later = torch.ones(T, T, dtype=torch.bool).triu(1)
        states = self.decoder(y, memory, tgt_mask=later, memory_key_padding_mask=~source_mask)
        return self.output(states)
