# %% tags=["mutant"]
# variant = "the weights of the maps are cut, not what they give"
# loses = []

# %% grade_id="q3-multi-head"
class MultiHeadAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(dim, dim) for _ in range(4))

    def one(self, layer, words):
        weight = layer.weight.unflatten(0, (self.heads, -1))
        bias = layer.bias.unflatten(0, (self.heads, 1, -1))
        return torch.einsum("bld,hkd->bhlk", words, weight) + bias

    def forward(self, x, memory, mask=None):
        seen = mask[:, None] if mask is not None else None
        read, weights = attention(
            self.one(self.query, x), self.one(self.key, memory), self.one(self.value, memory), seen
        )
        last = self.output.weight.unflatten(1, (self.heads, -1))
        return torch.einsum("bhlk,dhk->bld", read, last) + self.output.bias, weights
