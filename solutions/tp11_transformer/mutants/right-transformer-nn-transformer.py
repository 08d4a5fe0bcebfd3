# %% tags=["mutant"]
# variant = "torch's Transformer, tied weights, the teacher's PAD hidden"
# loses = []

# %% grade_id="q8-transformer"
class Transformer(nn.Module):
    def __init__(
        self, num_tokens, dim, heads, hidden_size, num_layers=1, norm_first=False, dropout=0.0
    ):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.whole = nn.Transformer(
            dim,
            heads,
            num_layers,
            num_layers,
            hidden_size,
            dropout,
            batch_first=True,
            norm_first=norm_first,
        )
        self.linear = nn.Linear(dim, num_tokens)
        self.linear.weight = self.embedding.weight

    def placed(self, tokens):
        words = self.embedding(tokens) * self.embedding.embedding_dim**0.5
        return words + sinusoidal_positions(*words.shape[1:])

    def forward(self, source, source_mask, teacher):
        states = self.whole(
            self.placed(source),
            self.placed(teacher),
            tgt_mask=~causal_mask(teacher.shape[1]),
            src_key_padding_mask=~source_mask,
            tgt_key_padding_mask=teacher == PAD,
            memory_key_padding_mask=~source_mask,
        )
        return self.linear(states)
