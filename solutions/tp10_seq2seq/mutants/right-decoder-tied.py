# %% tags=["mutant"]
# variant = "the linear layer has the weights of the embedding, behind a map to its width"
# loses = []

# %% grade_id="q4-decoder"
class Decoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.GRU(dim, hidden_size, batch_first=True)
        self.narrow = nn.Linear(hidden_size, dim)

    def forward(self, tokens, state, memory, mask):
        states, last = self.rnn(self.embedding(tokens), state.unsqueeze(0))
        return self.narrow(states) @ self.embedding.weight.T, last.squeeze(0), None
