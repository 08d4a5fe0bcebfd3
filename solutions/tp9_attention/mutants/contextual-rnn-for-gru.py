# %% tags=["mutant"]
# mistake = "a plain nn.RNN where a GRU is asked for"
# loses = ["q4-contextual"]
# breaks = ["arguments"]
# hint = "a plain nn.RNN has one gate"
# public = false

# %% grade_id="q4-contextual"
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        rnn = {"gru": nn.RNN, "lstm": nn.LSTM}[cell]
        self.rnn = rnn(input_size=dim, hidden_size=hidden_size, num_layers=num_layers, batch_first=True, bidirectional=bidirectional)
        self.out_features = hidden_size * (2 if bidirectional else 1)
        self.attention = LearnedQueryPooling(self.out_features)

    def forward(self, x, mask):
        packed = pack_padded_sequence(x, mask.sum(1).cpu(), batch_first=True, enforce_sorted=False)
        h, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=x.shape[1])
        return self.attention(h, mask)
