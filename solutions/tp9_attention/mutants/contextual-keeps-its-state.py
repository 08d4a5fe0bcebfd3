# %% tags=["mutant"]
# mistake = "the last state of a batch is the first of the next"
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
        self.state, self.size = None, None

    def forward(self, x, mask):
        packed = pack_padded_sequence(x, mask.sum(1), batch_first=True, enforce_sorted=False)
        start = self.state if self.size == len(x) else None
        states, last = self.rnn(packed, start)
        self.size = len(x)
        self.state = tuple(each.detach() for each in last) if isinstance(last, tuple) else last.detach()
        states, _ = pad_packed_sequence(states, batch_first=True, total_length=x.shape[1])
        return self.attention(states, mask)
