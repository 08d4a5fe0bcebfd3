# %% tags=["mutant"]
# mistake = "the maps are drawn anew in forward, under their names"
# loses = ["q2-self-attention"]
# breaks = ["own-projections", "learned"]
# hint = "another answer at the next call"
# public = true

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.query = nn.Linear(dim, head_dim)
        self.key = nn.Linear(dim, head_dim)
        self.value = nn.Linear(dim, head_dim)

    def forward(self, x, mask):
        for name in ("query", "key", "value"):
            setattr(self, name, nn.Linear(x.shape[2], self.query.out_features))
        return attention(self.query(x), self.key(x), self.value(x), mask.unsqueeze(1))
