# %% tags=["mutant"]
# mistake = "the first state is made for a batch of 32: the last short batch fails"
# loses = ["q4-contextual"]
# breaks = ["shapes"]
# hint = "got [1, 32, "
# public = true

# %% grade_id="q4-contextual"
class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False, batch_size=32):
        super().__init__()
        self.cell = cell
        rnn = nn.GRU if cell == "gru" else nn.LSTM
        self.rnn = rnn(dim, hidden_size, num_layers, batch_first=True, bidirectional=bidirectional)
        directions = 2 if bidirectional else 1
        self.out_features = hidden_size * directions
        self.h0 = torch.zeros(num_layers * directions, batch_size, hidden_size)
        self.attention = LearnedQueryPooling(self.out_features)

    def forward(self, x, mask):
        h0 = self.h0 if self.cell == "gru" else (self.h0, self.h0)
        states, _ = self.rnn(x, h0)
        return self.attention(states, mask)
