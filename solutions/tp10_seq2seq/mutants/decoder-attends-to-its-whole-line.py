# %% tags=["mutant"]
# mistake = "each state reads those of the whole line, later ones too"
# loses = ["q4-decoder"]
# breaks = ["sees-its-past"]
# hint = "nothing behind it"
# public = true

# %% grade_id="q4-decoder"
class Decoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.GRU(dim, hidden_size, batch_first=True)
        self.output = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        states, last = self.rnn(self.embedding(tokens), state.unsqueeze(0).contiguous())
        mixed = (states @ states.transpose(1, 2)).softmax(dim=2) @ states
        return self.output(states + mixed), last.squeeze(0), None
