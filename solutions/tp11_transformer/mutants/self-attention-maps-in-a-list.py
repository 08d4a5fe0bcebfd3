# %% tags=["mutant"]
# mistake = "the maps are kept in a list"
# loses = ["q2-self-attention"]
# breaks = ["own-projections", "learned"]
# hint = "in __init__: self.query"
# public = true

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.maps = [nn.Linear(dim, head_dim) for _ in range(3)]

    def forward(self, x, mask):
        q, k, v = (each(x) for each in self.maps)
        return attention(q, k, v, mask.unsqueeze(1))
