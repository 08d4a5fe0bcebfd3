# %% tags=["mutant"]
# mistake = "the mask of the first text hides in all"
# loses = ["q3-multi-head"]
# breaks = ["mask", "alone"]
# hint = "each text has a mask of its own"
# public = true

# %% grade_id="q3-multi-head"
class MultiHeadAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)
        self.output = nn.Linear(dim, dim)

    def forward(self, x, memory, mask=None):
        query, key, value = (
            each.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for each in (self.query(x), self.key(memory), self.value(memory))
        )
        read, weights = attention(query, key, value, None if mask is None else mask[:1].unsqueeze(1))
        return self.output(read.transpose(1, 2).flatten(2)), weights
