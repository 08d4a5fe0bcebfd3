# %% tags=["mutant"]
# variant = "lazy maps, made by their names"
# loses = []

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        for name in ("query", "key", "value"):
            setattr(self, name, nn.LazyLinear(head_dim))

    def forward(self, x, mask):
        return attention(self.query(x), self.key(x), self.value(x), mask.unsqueeze(1))
