# %% tags=["mutant"]
# mistake = "read both ways means twice as wide a state here: nothing is read from right to left"
# loses = ["q4-contextual"]
# breaks = ["both"]
# hint = "is bidirectional used?"
# public = true

# %% grade_id="q4-contextual"
class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        rnn = nn.GRU if cell == "gru" else nn.LSTM
        self.out_features = hidden_size * (2 if bidirectional else 1)
        self.rnn = rnn(dim, self.out_features, num_layers, batch_first=True)
        self.attention = LearnedQueryPooling(self.out_features)

    def forward(self, x, mask):
        states, _ = self.rnn(x)
        return self.attention(states, mask)
