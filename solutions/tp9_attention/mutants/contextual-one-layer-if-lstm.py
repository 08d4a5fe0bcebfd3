# %% tags=["mutant"]
# mistake = "an LSTM has one layer, whatever num_layers says"
# loses = ["q4-contextual"]
# breaks = ["arguments"]
# hint = "is num_layers used"
# public = true

# %% grade_id="q4-contextual"
class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        self.out_features = 2 * hidden_size if bidirectional else hidden_size
        kind = {"gru": nn.GRU, "lstm": nn.LSTM}[cell]
        self.rnn = kind(dim, hidden_size, 1 if cell == 'lstm' else num_layers, batch_first=True, bidirectional=bidirectional)
        self.query = nn.Parameter(torch.randn(self.out_features) / self.out_features**0.5)

    def states(self, x, mask):
        lengths = mask.sum(1).clamp(min=1).cpu()
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        h, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=x.shape[1])
        return h

    def forward(self, x, mask):
        h = self.states(x, mask)
        scores = h @ self.query
        weights = scores.masked_fill(~mask, float("-inf")).softmax(1)
        weights = torch.where(mask, weights, 0.0)
        pooled = (weights.unsqueeze(-1) * h).sum(1)
        return pooled, weights
