# %% tags=["mutant"]
# variant = "an LSTM, sequence first, sorted for packing and put back; the state is its h"
# loses = []

# %% grade_id="q2-encoder"
class Encoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, num_layers=1, bidirectional=False):
        super().__init__()
        self.out_features = hidden_size * (2 if bidirectional else 1)
        self.emb = nn.Embedding(num_tokens, dim)
        self.drop = nn.Dropout(0.1)
        self.lstm = nn.LSTM(dim, hidden_size, num_layers, bidirectional=bidirectional)

    def forward(self, tokens, mask):
        lengths, order = mask.sum(1).sort(descending=True)
        back = order.argsort()
        x = self.drop(self.emb(tokens[order])).transpose(0, 1)
        out, (h, _) = self.lstm(pack_padded_sequence(x, lengths.cpu()))
        memory, _ = pad_packed_sequence(out, total_length=tokens.size(1))
        h = h[-2:].transpose(0, 1).flatten(1) if self.lstm.bidirectional else h[-1]
        return memory.transpose(0, 1)[back], h[back]
