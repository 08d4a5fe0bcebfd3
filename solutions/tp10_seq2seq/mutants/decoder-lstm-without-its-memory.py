# %% tags=["mutant"]
# mistake = "an LSTM whose c is dropped"
# loses = ["q4-decoder"]
# breaks = ["starts-from-state"]
# hint = "the one after the last token"
# public = true

# %% grade_id="q4-decoder"
class Decoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.LSTM(dim, hidden_size, batch_first=True)
        self.output = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        h = state.unsqueeze(0).contiguous()
        states, (last, _) = self.rnn(self.embedding(tokens), (h, torch.zeros_like(h)))
        return self.output(states), last.squeeze(0), None
