# %% tags=["mutant"]
# variant = "a loop over the heads, by slices; attention written again"
# loses = []

# %% grade_id="q3-multi-head"
class MultiHeadAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.width = heads, dim // heads
        self.query, self.key = nn.Linear(dim, dim, bias=False), nn.Linear(dim, dim, bias=False)
        self.value, self.output = nn.Linear(dim, dim, bias=False), nn.Linear(dim, dim)

    def forward(self, x, memory, mask=None):
        q, k, v = self.query(x), self.key(memory), self.value(memory)
        states, weights = [], []
        for head in range(self.heads):
            own = slice(head * self.width, (head + 1) * self.width)
            scores = q[:, :, own] @ k[:, :, own].mT / self.width**0.5
            if mask is not None:
                scores = scores.masked_fill(~mask, -1e30)
            weight = scores.softmax(dim=-1)
            if mask is not None:
                weight = weight.masked_fill(~mask, 0.0)
            states.append(weight @ v[:, :, own])
            weights.append(weight)
        return self.output(torch.cat(states, dim=-1)), torch.stack(weights, dim=1)
