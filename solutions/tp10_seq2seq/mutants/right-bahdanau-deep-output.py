# %% tags=["mutant"]
# variant = "logits from h, c and y; an nn.GRU of one step"
# loses = []

# %% grade_id="q8-bahdanau"
class BahdanauDecoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, score):
        super().__init__()
        self.score = score
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.GRU(dim + hidden_size, hidden_size, batch_first=True)
        self.out = nn.Linear(2 * hidden_size + dim, num_tokens)

    def forward(self, tokens, state, memory, mask):
        h = state.unsqueeze(0).contiguous()
        outputs, weights = [], []
        for t in range(tokens.shape[1]):
            y = self.embedding(tokens[:, t : t + 1])
            c, w = attend(self.score(h.transpose(0, 1), memory), memory, mask)
            o, h = self.rnn(torch.cat([c, y], dim=2), h)
            outputs.append(self.out(torch.cat([o, c, y], dim=2)))
            weights.append(w)
        return torch.cat(outputs, dim=1), h.squeeze(0), torch.cat(weights, dim=1)
