# %% tags=["mutant"]
# mistake = "the context of the step before enters the cell, and the new state asks"
# loses = ["q8-bahdanau"]
# breaks = ["asks-with-old-state"]
# hint = "after the token is read"
# public = true

# %% grade_id="q8-bahdanau"
class BahdanauDecoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, score):
        super().__init__()
        self.score = score
        self.embedding = nn.Embedding(num_tokens, dim)
        self.cell = nn.GRUCell(dim + hidden_size, hidden_size)
        self.out = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        context = torch.zeros_like(state)
        logits, looks = [], []
        for x in self.embedding(tokens).unbind(dim=1):
            state = self.cell(torch.cat([x, context], dim=1), state)
            context, w = attend(self.score(state.unsqueeze(1), memory), memory, mask)
            context = context.squeeze(1)
            logits.append(self.out(state))
            looks.append(w)
        return torch.stack(logits, dim=1), state, torch.cat(looks, dim=1)
