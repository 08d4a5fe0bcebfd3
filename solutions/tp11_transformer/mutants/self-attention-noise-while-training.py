# %% tags=["mutant"]
# mistake = "in training the values are others"
# loses = ["q2-self-attention"]
# breaks = ["calls"]
# hint = "in evaluation"
# public = false

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.query = nn.Linear(dim, head_dim)
        self.key = nn.Linear(dim, head_dim)
        self.value = nn.Linear(dim, head_dim)

    def forward(self, x, mask):
        v = self.value(x) * (1.5 if self.training else 1.0)
        return attention(self.query(x), self.key(x), v, mask.unsqueeze(1))
