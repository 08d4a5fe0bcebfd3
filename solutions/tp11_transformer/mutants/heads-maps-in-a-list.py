# %% tags=["mutant"]
# mistake = "the maps are kept in a list"
# loses = ["q3-multi-head"]
# breaks = ["learned"]
# hint = "in __init__: self.query"
# public = true

# %% grade_id="q3-multi-head"
class MultiHeadAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.maps = [nn.Linear(dim, dim) for _ in range(3)]
        self.output = nn.Linear(dim, dim)

    def forward(self, x, memory, mask=None):
        query, key, value = (
            each.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for each in (self.maps[0](x), self.maps[1](memory), self.maps[2](memory))
        )
        read, weights = attention(query, key, value, None if mask is None else mask.unsqueeze(1))
        return self.output(read.transpose(1, 2).flatten(2)), weights
