# %% tags=["mutant"]
# mistake = "a BatchNorm before the maps"
# loses = ["q2-self-attention"]
# breaks = ["calls"]
# hint = "normalisation"
# public = false

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.norm = nn.BatchNorm1d(dim, affine=False)
        self.query = nn.Linear(dim, head_dim)
        self.key = nn.Linear(dim, head_dim)
        self.value = nn.Linear(dim, head_dim)

    def forward(self, x, mask):
        x = self.norm(x.mT).mT
        return attention(self.query(x), self.key(x), self.value(x), mask.unsqueeze(1))
