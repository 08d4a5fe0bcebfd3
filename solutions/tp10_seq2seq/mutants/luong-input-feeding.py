# %% tags=["mutant"]
# mistake = "the attention vector is fed to the next step"
# loses = ["q7-luong"]
# breaks = ["state"]
# hint = "the state knows nothing of it"
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
        a = torch.zeros_like(state)
        vectors, looks = [], []
        for x in self.embedding(tokens).unbind(1):
            state = self.cell(torch.cat([x, a], dim=1), state)
            context, w = attend(self.score(state[:, None], memory), memory, mask)
            a = torch.tanh(self.W_c(torch.cat([context[:, 0], state], dim=1)))
            vectors.append(a)
            looks.append(w)
        return self.out(torch.stack(vectors, 1)), state, torch.cat(looks, 1)
