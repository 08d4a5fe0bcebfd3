# %% tags=["mutant"]
# mistake = "an LSTM cell is called word by word and gets no memory: c stays 0"
# loses = ["q4-contextual"]
# breaks = ["states"]
# hint = "an LSTM its state and its memory"
# public = false

# %% grade_id="q4-contextual"
class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        build = nn.LSTMCell if cell == "lstm" else nn.GRUCell
        self.hidden_size, self.is_lstm = hidden_size, cell == "lstm"
        self.out_features = (1 + bidirectional) * hidden_size
        widths = [dim] + (num_layers - 1) * [self.out_features]
        self.rightward = nn.ModuleList(build(width, hidden_size) for width in widths)
        self.leftward = nn.ModuleList(build(width, hidden_size) for width in widths if bidirectional)
        self.attention = LearnedQueryPooling(self.out_features)

    def read(self, cell, x, mask, places):
        h = x.new_zeros(len(x), self.hidden_size)
        states = {}
        for i in places:
            new = cell(x[:, i], (h, torch.zeros_like(h)))[0] if self.is_lstm else cell(x[:, i], h)
            states[i] = h = torch.where(mask[:, i, None], new, h)
        return torch.stack([states[i] for i in sorted(states)], dim=1)

    def forward(self, x, mask):
        for i, rightward in enumerate(self.rightward):
            ways = [self.read(rightward, x, mask, range(x.shape[1]))]
            if self.leftward:
                ways.append(self.read(self.leftward[i], x, mask, reversed(range(x.shape[1]))))
            x = torch.cat(ways, dim=2)
        return self.attention(x, mask)
