# %% tags=["mutant"]
# mistake = "the maps have the width of the words"
# loses = ["q2-self-attention"]
# breaks = ["own-projections"]
# hint = "in __init__: self.query"
# public = true

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)

    def forward(self, x, mask):
        return attention(self.query(x), self.key(x), self.value(x), mask.unsqueeze(1))
