# %% tags=["mutant"]
# mistake = "the leftward states are joined as they come, not turned back: those of the last word stand first"
# loses = ["q4-contextual"]
# breaks = ["both"]
# hint = "turn the states back"
# public = true

# %% grade_id="q4-contextual"
class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        rnn = nn.GRU if cell == "gru" else nn.LSTM
        self.rightward = rnn(dim, hidden_size, num_layers, batch_first=True)
        self.leftward = rnn(dim, hidden_size, num_layers, batch_first=True) if bidirectional else None
        self.out_features = hidden_size * (2 if bidirectional else 1)
        self.attention = LearnedQueryPooling(self.out_features)

    def forward(self, x, mask):
        h, _ = self.rightward(x)
        if self.leftward is not None:
            places = torch.arange(x.shape[1])
            turned = (mask.sum(1, keepdim=True) - 1 - places).clamp(min=0)
            g, _ = self.leftward(x.gather(1, turned.unsqueeze(2).expand_as(x)))
            h = torch.cat([h, g], dim=2)
        return self.attention(h, mask)
