# %% tags=["mutant"]
# mistake = "context and state are added without a map"
# loses = ["q7-luong"]
# breaks = ["tanh-of-both"]
# hint = "all of it learned"
# public = true

# %% grade_id="q7-luong"
class LuongDecoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, score):
        super().__init__()
        self.score = score
        self.embedding = nn.Embedding(num_tokens, dim)
        self.gru = nn.GRU(dim, hidden_size, batch_first=True)
        self.out = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        x = self.embedding(tokens)
        h, last = self.gru(x, state[None].contiguous())
        context, weights = attend(self.score(h, memory), memory, mask)
        a = torch.tanh(context + h)
        return self.out(a), last[0], weights
