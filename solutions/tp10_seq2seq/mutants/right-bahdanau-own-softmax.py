# %% tags=["mutant"]
# variant = "a softmax of its own, a plain cell, dropout"
# loses = []

# %% grade_id="q8-bahdanau"
class BahdanauDecoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, score):
        super().__init__()
        self.score = score
        self.embedding = nn.Embedding(num_tokens, dim)
        self.cell = nn.RNNCell(dim + hidden_size, hidden_size)
        self.drop = nn.Dropout(0.2)
        self.out = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        logits, looks = [], []
        for x in self.embedding(tokens).unbind(dim=1):
            scores = self.score(state.unsqueeze(1), memory)
            w = scores.masked_fill(~mask.unsqueeze(1), float("-inf")).softmax(-1)
            context = w @ memory
            state = self.cell(torch.cat([x, context.squeeze(1)], dim=1), state)
            logits.append(self.out(self.drop(state)))
            looks.append(w)
        return torch.stack(logits, dim=1), state, torch.cat(looks, dim=1)
