# %% tags=["mutant"]
# mistake = "the states of all layers are averaged, not those of the last one taken"
# loses = ["q4-contextual"]
# breaks = ["states"]
# hint = "the states of the last layer alone"
# public = true

# %% grade_id="q4-contextual"
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        rnn = nn.GRU if cell == "gru" else nn.LSTM
        self.out_features = hidden_size * (2 if bidirectional else 1)
        widths = [dim] + [self.out_features] * (num_layers - 1)
        self.layers = nn.ModuleList(rnn(w, hidden_size, batch_first=True, bidirectional=bidirectional) for w in widths)
        self.attention = LearnedQueryPooling(self.out_features)

    def forward(self, x, mask):
        lengths, states = mask.sum(1).cpu(), []
        for layer in self.layers:
            packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            x, _ = pad_packed_sequence(layer(packed)[0], batch_first=True, total_length=mask.shape[1])
            states.append(x)
        return self.attention(torch.stack(states).mean(dim=0), mask)
