# %% tags=["mutant"]
# mistake = "under a mask the queries are twice as large"
# loses = ["q3-multi-head"]
# breaks = ["mask"]
# hint = "with a mask or without"
# public = false

# %% grade_id="q3-multi-head"
class MultiHeadAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(dim, dim) for _ in range(4))

    def cut(self, words):
        return words.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, x, memory, mask=None):
        query, key, value = self.cut(self.query(x)), self.cut(self.key(memory)), self.cut(self.value(memory))
        if mask is None:
            read, weights = attention(query, key, value)
        else:
            read, weights = attention(2 * query, key, value, mask.unsqueeze(1))
        return self.output(read.transpose(1, 2).flatten(2)), weights
