# %% tags=["mutant"]
# mistake = "the mask (B, L) meets the axes of queries and keys"
# loses = ["q2-self-attention"]
# breaks = ["padding", "alone"]
# hint = "unsqueeze gives one"
# public = true

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.query = nn.Linear(dim, head_dim)
        self.key = nn.Linear(dim, head_dim)
        self.value = nn.Linear(dim, head_dim)

    def forward(self, x, mask):
        return attention(self.query(x), self.key(x), self.value(x), mask)
