# %% tags=["mutant"]
# mistake = "the logits come back in float64"
# loses = ["q7-luong"]
# breaks = ["calls"]
# hint = "float64"
# public = false

# %% grade_id="q7-luong"
class LuongDecoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, score):
        super().__init__()
        self.score = score
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.GRU(dim, hidden_size, batch_first=True)
        self.combine = nn.Linear(2 * hidden_size, hidden_size)
        self.output = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        states, last = self.rnn(self.embedding(tokens), state.unsqueeze(0).contiguous())
        context, weights = attend(self.score(states, memory), memory, mask)
        attention = torch.tanh(self.combine(torch.cat([context, states], dim=2)))
        return self.output(attention).double(), last.squeeze(0), weights
