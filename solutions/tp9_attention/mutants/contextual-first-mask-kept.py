# %% tags=["mutant"]
# mistake = "the lengths of the first batch of a shape are kept for all that follow"
# loses = ["q4-contextual"]
# breaks = ["calls"]
# hint = "kept from one call to the next"
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
        self.lengths = {}

    def forward(self, x, mask):
        lengths = self.lengths.setdefault(mask.shape, mask.sum(1).cpu())
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        h, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=x.shape[1])
        return self.attention(h, mask)
