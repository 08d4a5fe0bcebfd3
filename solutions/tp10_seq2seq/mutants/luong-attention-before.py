# %% tags=["mutant"]
# mistake = "attention comes before the state, and the context enters the cell"
# loses = ["q7-luong"]
# breaks = ["asks-with-new-state", "state"]
# hint = "before the token is read"
# public = true

# %% grade_id="q7-luong"
class LuongDecoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, score):
        super().__init__()
        self.score = score
        self.embedding = nn.Embedding(num_tokens, dim)
        self.cell = nn.GRUCell(dim + hidden_size, hidden_size)
        self.W_c = nn.Linear(2 * hidden_size, hidden_size)
        self.out = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        vectors, looks = [], []
        for x in self.embedding(tokens).unbind(1):
            context, w = attend(self.score(state[:, None], memory), memory, mask)
            state = self.cell(torch.cat([x, context[:, 0]], dim=1), state)
            vectors.append(torch.tanh(self.W_c(torch.cat([context[:, 0], state], dim=1))))
            looks.append(w)
        return self.out(torch.stack(vectors, 1)), state, torch.cat(looks, 1)
