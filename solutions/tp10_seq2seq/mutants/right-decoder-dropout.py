# %% tags=["mutant"]
# variant = "dropout on embeddings and states, off in evaluation"
# loses = []

# %% grade_id="q4-decoder"
class Decoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.GRU(dim, hidden_size, batch_first=True)
        self.dropout = nn.Dropout(0.3)
        self.output = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        states, last = self.rnn(self.dropout(self.embedding(tokens)), state.unsqueeze(0))
        return self.output(self.dropout(states)), last.squeeze(0), None
