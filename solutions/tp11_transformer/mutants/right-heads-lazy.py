# %% tags=["mutant"]
# variant = "lazy maps, unflatten and movedim"
# loses = []

# %% grade_id="q3-multi-head"
class MultiHeadAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.LazyLinear(dim) for _ in range(4))

    def forward(self, x, memory, mask=None):
        cut = lambda each: each.unflatten(2, (self.heads, -1)).movedim(2, 1)
        if mask is None:
            mask = torch.ones(len(x), 1, memory.shape[1], dtype=torch.bool, device=x.device)
        read, weights = attention(cut(self.query(x)), cut(self.key(memory)), cut(self.value(memory)), mask[:, None])
        return self.output(read.movedim(1, 2).flatten(-2)), weights
