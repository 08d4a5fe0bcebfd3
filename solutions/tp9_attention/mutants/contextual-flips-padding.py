# %% tags=["mutant"]
# mistake = "the review is flipped with its padding for the backward layer, which then reads the padding first"
# loses = ["q4-contextual"]
# breaks = ["padding"]
# hint = "padding is read before the words"
# public = true

# %% grade_id="q4-contextual"
class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        rnn = nn.GRU if cell == "gru" else nn.LSTM
        self.aller = rnn(dim, hidden_size, num_layers, batch_first=True)
        self.retour = rnn(dim, hidden_size, num_layers, batch_first=True) if bidirectional else None
        self.out_features = hidden_size * (2 if bidirectional else 1)
        self.attention = LearnedQueryPooling(self.out_features)

    def forward(self, x, mask):
        h, _ = self.aller(x)
        if self.retour is not None:
            g, _ = self.retour(torch.flip(x, dims=[1]))
            h = torch.cat([h, torch.flip(g, dims=[1])], dim=-1)
        return self.attention(h, mask)
