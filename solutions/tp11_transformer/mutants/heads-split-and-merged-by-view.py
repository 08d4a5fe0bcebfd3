# %% tags=["mutant"]
# mistake = "split by view (B, h, L, K), merged by view"
# loses = ["q3-multi-head"]
# breaks = ["split-and-merge"]
# hint = "in the split and in the merge"
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
            each.reshape(len(each), self.heads, each.shape[1], each.shape[2] // self.heads)
            for each in (self.query(x), self.key(memory), self.value(memory))
        )
        read, weights = attention(query, key, value, None if mask is None else mask.unsqueeze(1))
        return self.output(read.reshape(x.shape)), weights
