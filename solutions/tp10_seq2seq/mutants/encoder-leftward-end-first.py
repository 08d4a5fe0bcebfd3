# %% tags=["mutant"]
# mistake = "the leftward final state comes first"
# loses = ["q2-encoder"]
# breaks = ["leftward-within-its-length"]
# hint = "the rightward state comes first"
# public = true

# %% grade_id="q2-encoder"
class Encoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, num_layers=1, bidirectional=False):
        super().__init__()
        self.out_features = 2 * hidden_size if bidirectional else hidden_size
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.GRU(dim, hidden_size, num_layers, batch_first=True, bidirectional=bidirectional)

    def forward(self, tokens, mask):
        packed = pack_padded_sequence(self.embedding(tokens), mask.sum(dim=1).cpu(), batch_first=True, enforce_sorted=False)
        states, final = self.rnn(packed)
        memory, _ = pad_packed_sequence(states, batch_first=True, total_length=tokens.shape[1])
        final = torch.cat([final[-1], final[-2]], dim=1) if self.rnn.bidirectional else final[-1]
        return memory, final
