# %% tags=["mutant"]
# mistake = "the mask is inverted in the attention over the states"
# loses = ["q4-contextual"]
# breaks = ["weights"]
# hint = "the mask is inverted"
# public = true

# %% grade_id="q4-contextual"
class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        rnn = {"lstm": nn.LSTM, "gru": nn.GRU}[cell]
        self.rnn = rnn(dim, hidden_size, num_layers, batch_first=True, bidirectional=bidirectional)
        self.out_features = hidden_size * (1 + bidirectional)
        self.attention = LearnedQueryPooling(self.out_features)

    def forward(self, x, mask):
        states, _ = self.rnn(x)
        return self.attention(states, ~mask)
