# %% tags=["mutant"]
# mistake = "attention comes after the state, as with Luong"
# loses = ["q8-bahdanau"]
# breaks = ["asks-with-old-state", "context-enters-the-cell"]
# hint = "does not enter the recurrent cell"
# public = true

# %% grade_id="q8-bahdanau"
class BahdanauDecoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, score):
        super().__init__()
        self.score = score
        self.embedding = nn.Embedding(num_tokens, dim)
        self.gru = nn.GRU(dim, hidden_size, batch_first=True)
        self.out = nn.Linear(2 * hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        h, last = self.gru(self.embedding(tokens), state[None].contiguous())
        context, weights = attend(self.score(h, memory), memory, mask)
        return self.out(torch.cat([context, h], dim=2)), last[0], weights
