# %% tags=["mutant"]
# mistake = "the mask is inverted in place: whoever uses it next has the padding for words"
# loses = ["q4-contextual"]
# breaks = ["calls"]
# hint = "change mask in place"
# public = false

# %% grade_id="q4-contextual"
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        rnn = nn.GRU if cell == "gru" else nn.LSTM
        self.rnn = rnn(dim, hidden_size, num_layers, batch_first=True, bidirectional=bidirectional)
        self.out_features = hidden_size * (2 if bidirectional else 1)
        self.query = nn.Parameter(torch.randn(self.out_features))

    def forward(self, x, mask):
        packed = pack_padded_sequence(x, mask.sum(1).cpu(), batch_first=True, enforce_sorted=False)
        h, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=x.shape[1])
        scores = (h @ self.query).masked_fill(mask.logical_not_(), -1e9)
        weights = scores.softmax(dim=1)
        return torch.bmm(weights.unsqueeze(1), h).squeeze(1), weights
