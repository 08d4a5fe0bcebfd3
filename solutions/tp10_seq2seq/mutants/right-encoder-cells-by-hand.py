# %% tags=["mutant"]
# variant = "GRU cells called character by character, the state kept on padding"
# loses = []

# %% grade_id="q2-encoder"
class Encoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, num_layers=1, bidirectional=False):
        super().__init__()
        self.out_features = 2 * hidden_size if bidirectional else hidden_size
        self.embedding = nn.Embedding(num_tokens, dim)
        self.ways = 1 + bidirectional
        widths = [dim] + [self.out_features] * (num_layers - 1)
        self.cells = nn.ModuleList(
            nn.ModuleList(nn.GRUCell(width, hidden_size) for _ in range(self.ways))
            for width in widths
        )

    def forward(self, tokens, mask):
        x = self.embedding(tokens)
        for cells in self.cells:
            states, ends = zip(
                *(self.read(cell, x, mask, way) for way, cell in enumerate(cells))
            )
            x = torch.cat(states, dim=2)
        return x, torch.cat(ends, dim=1)

    def read(self, cell, x, mask, leftward):
        h = x.new_zeros(len(x), cell.hidden_size)
        states = [None] * x.shape[1]
        for t in reversed(range(x.shape[1])) if leftward else range(x.shape[1]):
            h = torch.where(mask[:, t : t + 1], cell(x[:, t], h), h)
            states[t] = h
        return torch.stack(states, dim=1), h
