# %% tags=["mutant"]
# mistake = "a recurrent layer in place of attention"
# loses = ["q7-language-model"]
# breaks = ["attention"]
# hint = "recurrent"
# public = true

# %% grade_id="q7-language-model"
class LanguageModel(nn.Module):
    def __init__(self, num_tokens, dim, heads, hidden_size, num_layers=1, dropout=0.0):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.dropout = nn.Dropout(dropout)
        self.rnn = nn.GRU(dim, hidden_size, num_layers=num_layers, batch_first=True)
        self.linear = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, mask):
        states, _ = self.rnn(self.dropout(self.embedding(tokens)))
        return self.linear(states)
