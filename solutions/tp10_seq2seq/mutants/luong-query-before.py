# %% tags=["mutant"]
# mistake = "the query is the state before the token is read"
# loses = ["q7-luong"]
# breaks = ["asks-with-new-state"]
# hint = "before the token is read"
# public = true

# %% grade_id="q7-luong"
class LuongDecoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, score):
        super().__init__()
        self.score = score
        self.embedding = nn.Embedding(num_tokens, dim)
        self.gru = nn.GRU(dim, hidden_size, batch_first=True)
        self.W_c = nn.Linear(2 * hidden_size, hidden_size)
        self.out = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        x = self.embedding(tokens)
        h, last = self.gru(x, state[None].contiguous())
        context, weights = attend(
            self.score(torch.cat([state[:, None], h[:, :-1]], dim=1), memory), memory, mask
        )
        a = torch.tanh(self.W_c(torch.cat([context, h], dim=2)))
        return self.out(a), last[0], weights
