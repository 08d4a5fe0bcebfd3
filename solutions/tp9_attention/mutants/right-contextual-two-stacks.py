# %% tags=["mutant"]
# variant = "each direction is a stack of layers of its own, and the two are joined at the end"
# loses = []

# %% grade_id="q4-contextual"
class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        build = nn.LSTM if cell == "lstm" else nn.GRU
        self.ways = nn.ModuleList(
            build(dim, hidden_size, num_layers, batch_first=True) for _ in range(1 + bidirectional)
        )
        self.out_features = hidden_size * (1 + bidirectional)
        self.query = nn.Parameter(torch.randn(self.out_features))

    @staticmethod
    def turned(x, mask):
        places = torch.arange(x.shape[1]).expand(mask.shape)
        mirrored = mask.sum(dim=1, keepdim=True) - 1 - places
        order = torch.where(mirrored >= 0, mirrored, places)
        return x.gather(1, order.unsqueeze(2).expand_as(x))

    def forward(self, x, mask):
        states = [self.ways[0](x)[0]]
        for leftward in self.ways[1:]:
            states.append(self.turned(leftward(self.turned(x, mask))[0], mask))
        h = torch.cat(states, dim=2)
        scores = (h @ self.query).masked_fill(~mask, float("-inf"))
        weights = scores.softmax(dim=1).masked_fill(~mask, 0.0)
        return torch.einsum("bl,bld->bd", weights, h), weights
