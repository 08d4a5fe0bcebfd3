# %% tags=["mutant"]
# mistake = "the state goes through a linear layer each time it comes in"
# loses = ["q4-decoder"]
# breaks = ["starts-from-state"]
# hint = "the one after the last token"
# public = true

# %% grade_id="q4-decoder"
class Decoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.GRU(dim, hidden_size, batch_first=True)
        self.bridge = nn.Linear(hidden_size, hidden_size)
        self.output = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        states, last = self.rnn(
            self.embedding(tokens), self.bridge(state).tanh().unsqueeze(0).contiguous()
        )
        return self.output(states), last.squeeze(0), None
