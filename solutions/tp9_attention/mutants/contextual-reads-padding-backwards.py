# %% tags=["mutant"]
# mistake = "the recurrent layer reads right-padding in its backward direction: the answer depends on how much there is"
# loses = ["q4-contextual"]
# breaks = ["padding"]
# hint = "padding is read before the words"
# public = true

# %% grade_id="q4-contextual"
class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        rnn = nn.GRU if cell == "gru" else nn.LSTM
        self.rnn = rnn(dim, hidden_size, num_layers, batch_first=True, bidirectional=bidirectional)
        self.out_features = hidden_size * (2 if bidirectional else 1)
        self.attention = LearnedQueryPooling(self.out_features)

    def forward(self, x, mask):
        states, _ = self.rnn(x * mask.unsqueeze(-1))
        return self.attention(states, mask)
