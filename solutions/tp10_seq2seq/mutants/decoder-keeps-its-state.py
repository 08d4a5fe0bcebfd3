# %% tags=["mutant"]
# mistake = "the state of the call before is where the next one starts"
# loses = ["q4-decoder"]
# breaks = ["calls", "starts-from-state"]
# hint = "kept from one call to the next"
# public = true

# %% grade_id="q4-decoder"
class Decoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.GRU(dim, hidden_size, batch_first=True)
        self.kept = None
        self.output = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        if self.kept is not None and self.kept.shape == state.shape:
            state = self.kept
        states, last = self.rnn(self.embedding(tokens), state.unsqueeze(0).contiguous())
        self.kept = last.squeeze(0).detach()
        return self.output(states), last.squeeze(0), None
