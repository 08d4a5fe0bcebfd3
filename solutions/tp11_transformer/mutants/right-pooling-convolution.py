# %% tags=["mutant"]
# variant = "the linear map is a convolution of width 1, helper functions, another order of steps"
# loses = []

# %% grade_id="q6-encoder-pooling"
def in_front(vector, words, mask):
    rows = len(words)
    every = torch.cat((vector.repeat(rows, 1, 1), words), 1)
    return every, F.pad(mask, (1, 0), value=True)


class EncoderPooling(nn.Module):
    def __init__(self, dim, model_dim, heads, hidden_size, num_layers=1, readout="query", positions=True, norm_first=True, dropout=0.0):
        super().__init__()
        self.out_features, self.cls, self.use = model_dim, readout == "cls", positions
        self.map = nn.Conv1d(dim, model_dim, 1)
        self.layers = Encoder(model_dim, heads, hidden_size, num_layers, norm_first=norm_first, dropout=dropout)
        self.learned = nn.Parameter(torch.zeros(1, model_dim).normal_(std=0.2))

    def forward(self, x, mask):
        words = self.map(x.transpose(1, 2)).transpose(1, 2)
        if self.use:
            words = words + sinusoidal_positions(x.size(1), self.out_features).unsqueeze(0)
        if not self.cls:
            states, _ = self.layers(words, mask)
            scores = torch.einsum("bld,kd->bl", states, self.learned)
            scores = torch.where(mask, scores, torch.full_like(scores, float("-inf")))
            weights = torch.softmax(scores, -1)
            return torch.bmm(weights[:, None], states)[:, 0], weights
        words, mask = in_front(self.learned, words, mask)
        states, weights = self.layers(words, mask)
        row = weights.mean(1)[:, 0, 1:]
        return states[:, 0], row / row.sum(1, keepdim=True)
