# %% tags=["mutant"]
# mistake = "the first word asks for all"
# loses = ["q2-self-attention"]
# breaks = ["own-projections"]
# hint = "nothing more"
# public = true

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.query = nn.Linear(dim, head_dim)
        self.key = nn.Linear(dim, head_dim)
        self.value = nn.Linear(dim, head_dim)

    def forward(self, x, mask):
        return attention(self.query(x[:, :1]).expand(-1, x.shape[1], -1), self.key(x), self.value(x), mask.unsqueeze(1))
