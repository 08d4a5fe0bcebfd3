# %% tags=["mutant"]
# mistake = "both directions are read and their states are summed, asked for or not"
# loses = ["q2-encoder"]
# breaks = ["order"]
# hint = "nothing bidirectional"
# public = true

# %% grade_id="q2-encoder"
class Encoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, num_layers=1, bidirectional=False):
        super().__init__()
        self.out_features = 2 * hidden_size if bidirectional else hidden_size
        self.embedding = nn.Embedding(num_tokens, dim)
        self.gru = nn.GRU(dim, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.both = bidirectional

    def forward(self, tokens, mask):
        x = self.embedding(tokens)
        packed = pack_padded_sequence(
            x, mask.sum(dim=1).cpu(), batch_first=True, enforce_sorted=False
        )
        out, h_n = self.gru(packed)
        memory, _ = pad_packed_sequence(out, batch_first=True, total_length=tokens.shape[1])
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        if not self.both:
            memory, final = memory.unflatten(2, (2, -1)).sum(dim=2), h_n[-2] + h_n[-1]
        return memory, final
