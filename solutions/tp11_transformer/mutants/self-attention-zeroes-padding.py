# %% tags=["mutant"]
# mistake = "padding is set to 0, and looked at"
# loses = ["q2-self-attention"]
# breaks = ["padding"]
# hint = "hides padding from every query"
# public = true

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.query = nn.Linear(dim, head_dim)
        self.key = nn.Linear(dim, head_dim)
        self.value = nn.Linear(dim, head_dim)

    def forward(self, x, mask):
        x = x * mask.unsqueeze(2)
        return attention(self.query(x), self.key(x), self.value(x), None)
