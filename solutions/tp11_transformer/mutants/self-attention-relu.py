# %% tags=["mutant"]
# mistake = "the values go through a ReLU"
# loses = ["q2-self-attention"]
# breaks = ["own-projections"]
# hint = "nothing more"
# public = false

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.query = nn.Linear(dim, head_dim)
        self.key = nn.Linear(dim, head_dim)
        self.value = nn.Linear(dim, head_dim)

    def forward(self, x, mask):
        return attention(self.query(x), self.key(x), self.value(x).relu(), mask.unsqueeze(1))
