# %% tags=["mutant"]
# variant = "heads folded into the batch, the first axis by head"
# loses = []

# %% grade_id="q3-multi-head"
class MultiHeadAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(dim, dim) for _ in range(4))

    def forward(self, x, memory, mask=None):
        fold = lambda each: torch.cat(each.chunk(self.heads, dim=2))
        if mask is not None:
            mask = mask.repeat(self.heads, 1, 1)
        read, weights = attention(fold(self.query(x)), fold(self.key(memory)), fold(self.value(memory)), mask)
        states = torch.cat(read.chunk(self.heads), dim=2)
        return self.output(states), torch.stack(weights.chunk(self.heads), dim=1)
