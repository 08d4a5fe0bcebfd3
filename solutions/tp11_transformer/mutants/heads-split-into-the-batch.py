# %% tags=["mutant"]
# mistake = "view (B·h, L, K) straight from (B, L, D)"
# loses = ["q3-multi-head"]
# breaks = ["split-and-merge"]
# hint = "mixes words with heads"
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
            each.reshape(len(x) * self.heads, each.shape[1], -1)
            for each in (self.query(x), self.key(memory), self.value(memory))
        )
        read, weights = attention(query, key, value, None if mask is None else mask.repeat_interleave(self.heads, dim=0))
        return self.output(read.reshape(x.shape)), weights.unflatten(0, (len(x), self.heads))
