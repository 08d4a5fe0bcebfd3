# %% tags=["mutant"]
# mistake = "one map for all three roles"
# loses = ["q2-self-attention"]
# breaks = ["own-projections"]
# hint = "in __init__: self.key"
# public = true

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.query = nn.Linear(dim, head_dim)

    def forward(self, x, mask):
        q = self.query(x)
        return attention(q, q, q, mask.unsqueeze(1))
