# %% tags=["mutant"]
# mistake = "the embedding is added to the attention vector"
# loses = ["q7-luong"]
# breaks = ["tanh-of-both"]
# hint = "neither the token nor the state is added"
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
        both = torch.tanh(self.combine(torch.cat([context, states], dim=2)))
        return self.output(both + self.embedding(tokens).mean(2, keepdim=True)), last[0], weights
