# %% tags=["mutant"]
# mistake = "the mask of the first batch with as many characters is kept"
# loses = ["q7-luong"]
# breaks = ["calls"]
# hint = "kept from one call"
# public = false

# %% grade_id="q7-luong"
class LuongDecoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, score):
        super().__init__()
        self.score = score
        self.known = {}
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.GRU(dim, hidden_size, batch_first=True)
        self.combine = nn.Linear(2 * hidden_size, hidden_size)
        self.output = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        states, last = self.rnn(self.embedding(tokens), state.unsqueeze(0).contiguous())
        mask = self.known.setdefault((mask.shape, int(mask.sum())), mask)
        context, weights = attend(self.score(states, memory), memory, mask)
        attention = torch.tanh(self.combine(torch.cat([context, states], dim=2)))
        return self.output(attention), last.squeeze(0), weights
