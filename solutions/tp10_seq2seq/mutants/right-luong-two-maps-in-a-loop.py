# %% tags=["mutant"]
# variant = "two maps that are added, a cell in a loop, a softmax of its own"
# loses = []

# %% grade_id="q7-luong"
class LuongDecoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, score):
        super().__init__()
        self.score = score
        self.emb = nn.Embedding(num_tokens, dim)
        self.cell = nn.GRUCell(dim, hidden_size)
        self.of_context = nn.Linear(hidden_size, hidden_size)
        self.of_state = nn.Linear(hidden_size, hidden_size)
        self.out = nn.Linear(hidden_size, num_tokens, bias=False)

    def forward(self, tokens, state, memory, mask):
        logits, looks = [], []
        for t in range(tokens.size(1)):
            state = self.cell(self.emb(tokens[:, t]), state)
            scores = self.score(state.unsqueeze(1), memory).squeeze(1)
            w = torch.softmax(scores.masked_fill(~mask, -1e9), dim=1)
            context = torch.bmm(w.unsqueeze(1), memory).squeeze(1)
            a = torch.tanh(self.of_context(context) + self.of_state(state))
            logits.append(self.out(a))
            looks.append(w)
        return torch.stack(logits, dim=1), state, torch.stack(looks, dim=1)
