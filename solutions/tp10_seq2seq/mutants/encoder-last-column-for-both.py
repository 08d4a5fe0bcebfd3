# %% tags=["mutant"]
# mistake = "read both ways, the joined state at the last character is taken"
# loses = ["q2-encoder"]
# breaks = ["leftward-within-its-length"]
# hint = "first character"
# public = true

# %% grade_id="q2-encoder"
class Encoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, num_layers=1, bidirectional=False):
        super().__init__()
        self.out_features = 2 * hidden_size if bidirectional else hidden_size
        self.embedding = nn.Embedding(num_tokens, dim)
        self.gru = nn.GRU(
            dim, hidden_size, num_layers, batch_first=True, bidirectional=bidirectional
        )

    def forward(self, tokens, mask):
        packed = pack_padded_sequence(
            self.embedding(tokens),
            mask.sum(dim=1).cpu(),
            batch_first=True,
            enforce_sorted=False,
        )
        memory, _ = pad_packed_sequence(
            self.gru(packed)[0], batch_first=True, total_length=tokens.shape[1]
        )
        last = mask.sum(dim=1) - 1
        rows = torch.arange(len(tokens))
        return memory, memory[rows, last]
