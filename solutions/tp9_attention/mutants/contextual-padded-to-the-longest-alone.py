# %% tags=["mutant"]
# mistake = "states are as many as the longest text has words, not as the batch has places"
# loses = ["q4-contextual"]
# breaks = ["padding"]
# hint = "total_length"
# public = false

# %% grade_id="q4-contextual"
class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        self.out_features = 2 * hidden_size if bidirectional else hidden_size
        kind = {"gru": nn.GRU, "lstm": nn.LSTM}[cell]
        self.rnn = kind(dim, hidden_size, num_layers, batch_first=True, bidirectional=bidirectional)
        self.query = nn.Parameter(torch.randn(self.out_features) / self.out_features**0.5)

    def forward(self, x, mask):
        lengths = mask.sum(dim=1).clamp(min=1)
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        states, _ = self.rnn(packed)
        states, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True)
        scores = (states @ self.query).masked_fill(~mask, torch.finfo(x.dtype).min)
        weights = scores.softmax(dim=1).masked_fill(~mask, 0)
        pooled = (weights.unsqueeze(2) * states).sum(dim=1)
        return pooled, weights
