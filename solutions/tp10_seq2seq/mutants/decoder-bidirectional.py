# %% tags=["mutant"]
# mistake = "the recurrent layer reads in both directions"
# loses = ["q4-decoder"]
# breaks = ["sees-its-past"]
# hint = "nothing bidirectional"
# public = true

# %% grade_id="q4-decoder"
class Decoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.GRU(dim, hidden_size, batch_first=True, bidirectional=True)
        self.output = nn.Linear(2 * hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        states, last = self.rnn(self.embedding(tokens), state.expand(2, -1, -1).contiguous())
        return self.output(states), last[0], None
