# %% tags=["mutant"]
# mistake = "batch_first is left out: the layer reads across the reviews"
# loses = ["q4-contextual"]
# breaks = ["alone"]
# hint = "batch_first=True"
# public = true

# %% grade_id="q4-contextual"
class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        rnn = nn.GRU if cell == "gru" else nn.LSTM
        self.rnn = rnn(dim, hidden_size, num_layers, bidirectional=bidirectional)
        self.out_features = hidden_size * (2 if bidirectional else 1)
        self.attention = LearnedQueryPooling(self.out_features)

    def forward(self, x, mask):
        states, _ = self.rnn(x)
        return self.attention(states, mask)
