# %% tags=["mutant"]
# mistake = "the states are normalised over the batch while it is in training"
# loses = ["q4-contextual"]
# breaks = ["calls"]
# hint = "in training a text is read by itself"
# public = true

# %% grade_id="q4-contextual"
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        rnn = nn.GRU if cell == "gru" else nn.LSTM
        self.rnn = rnn(dim, hidden_size, num_layers, batch_first=True, bidirectional=bidirectional)
        self.out_features = hidden_size * (2 if bidirectional else 1)
        self.attention = LearnedQueryPooling(self.out_features)
        self.norm = nn.BatchNorm1d(self.out_features)

    def forward(self, x, mask):
        packed = pack_padded_sequence(x, mask.sum(1).cpu(), batch_first=True, enforce_sorted=False)
        h, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=x.shape[1])
        h = self.norm(h.flatten(0, 1)).reshape(h.shape)
        return self.attention(h, mask)
