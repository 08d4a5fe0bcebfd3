# %% tags=["mutant"]
# mistake = "the logits come back in float64"
# loses = ["q8-bahdanau"]
# breaks = ["calls"]
# hint = "float64"
# public = false

# %% grade_id="q8-bahdanau"
class BahdanauDecoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, score):
        super().__init__()
        self.score = score
        self.embedding = nn.Embedding(num_tokens, dim)
        self.cell = nn.GRUCell(dim + hidden_size, hidden_size)
        self.output = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        states, looks = [], []
        for embedded in self.embedding(tokens).unbind(dim=1):
            context, weights = attend(self.score(state.unsqueeze(1), memory), memory, mask)
            state = self.cell(torch.cat([embedded, context.squeeze(1)], dim=1), state)
            states.append(state)
            looks.append(weights)
        return self.output(torch.stack(states, dim=1)).double(), state, torch.cat(looks, dim=1)
