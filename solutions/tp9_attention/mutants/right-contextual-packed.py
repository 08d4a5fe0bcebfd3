# %% tags=["mutant"]
# variant = "GRU or LSTM, packed, several layers with dropout between them"
# loses = []

# %% grade_id="q4-contextual"
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        rnn = nn.LSTM if cell == "lstm" else nn.GRU
        self.rnn = rnn(
            dim,
            hidden_size,
            num_layers=num_layers,
            batch_first=True,
            bidirectional=bidirectional,
            dropout=0.2 if num_layers > 1 else 0.0,
        )
        self.out_features = hidden_size * 2 if bidirectional else hidden_size
        self.query = nn.Parameter(torch.zeros(self.out_features))

    def forward(self, x, mask):
        lengths = mask.sum(dim=1).clamp(min=1).cpu()
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        out, _ = self.rnn(packed)
        h, _ = pad_packed_sequence(out, batch_first=True, total_length=x.size(1))
        scores = (h @ self.query).masked_fill(~mask, -1e9)
        weights = scores.softmax(dim=1) * mask
        return (weights.unsqueeze(1) @ h).squeeze(1), weights
