# %% tags=["mutant"]
# variant = "recurrent cells called word by word, masked: a state stays as it is on padding"
# loses = []

# %% grade_id="q4-contextual"
class OneWay(nn.Module):
    """One recurrent layer in one direction, written as a loop."""

    def __init__(self, width, hidden, cell, backwards):
        super().__init__()
        self.cell = nn.LSTMCell(width, hidden) if cell == "lstm" else nn.GRUCell(width, hidden)
        self.hidden, self.is_lstm, self.backwards = hidden, cell == "lstm", backwards

    def forward(self, x, mask):
        h = torch.zeros(x.shape[0], self.hidden)
        c = torch.zeros_like(h)
        places = range(x.shape[1])
        out = {}
        for i in reversed(places) if self.backwards else places:
            keep = mask[:, i : i + 1]
            if self.is_lstm:
                new_h, new_c = self.cell(x[:, i], (h, c))
                c = torch.where(keep, new_c, c)
            else:
                new_h = self.cell(x[:, i], h)
            h = torch.where(keep, new_h, h)
            out[i] = h
        return torch.stack([out[i] for i in places], dim=1)


class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        ways = [False, True] if bidirectional else [False]
        self.out_features = hidden_size * len(ways)
        self.layers = nn.ModuleList()
        for i in range(num_layers):
            width = dim if i == 0 else self.out_features
            self.layers.append(nn.ModuleList([OneWay(width, hidden_size, cell, back) for back in ways]))
        self.score = nn.Linear(self.out_features, 1)

    def forward(self, x, mask):
        for layer in self.layers:
            x = torch.cat([way(x, mask) for way in layer], dim=2)
        scores = self.score(x).squeeze(2).masked_fill(~mask, -1e9)
        weights = scores.softmax(1) * mask
        return torch.einsum("bl,bld->bd", weights, x), weights
