# %% tags=["mutant"]
# variant = "[h; c] in place of [c; h], no bias, dropout"
# loses = []

# %% grade_id="q7-luong"
class LuongDecoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, score):
        super().__init__()
        self.score = score
        self.embedding = nn.Embedding(num_tokens, dim)
        self.gru = nn.GRU(dim, hidden_size, batch_first=True)
        self.W_c = nn.Linear(2 * hidden_size, hidden_size, bias=False)
        self.dropout = nn.Dropout(0.3)
        self.out = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        x = self.dropout(self.embedding(tokens))
        h, last = self.gru(x, state[None].contiguous())
        context, weights = attend(self.score(h, memory), memory, mask)
        a = torch.tanh(self.W_c(torch.cat((h, context), -1)))
        return self.out(a), last[0], weights
