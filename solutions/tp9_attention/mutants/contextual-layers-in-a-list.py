# %% tags=["mutant"]
# mistake = "the recurrent layers are kept in a Python list: their parameters are not registered"
# loses = ["q4-contextual"]
# breaks = ["learned"]
# hint = "nn.ModuleList"
# public = true

# %% grade_id="q4-contextual"
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        rnn = nn.GRU if cell == "gru" else nn.LSTM
        self.out_features = hidden_size * (2 if bidirectional else 1)
        self.layers = []
        width = dim
        for _ in range(num_layers):
            self.layers.append(rnn(width, hidden_size, batch_first=True, bidirectional=bidirectional))
            width = self.out_features
        self.attention = LearnedQueryPooling(self.out_features)

    def forward(self, x, mask):
        lengths = mask.sum(1).cpu()
        for layer in self.layers:
            packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            x, _ = pad_packed_sequence(layer(packed)[0], batch_first=True, total_length=mask.shape[1])
        return self.attention(x, mask)
