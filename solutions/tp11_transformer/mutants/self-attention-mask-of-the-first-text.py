# %% tags=["mutant"]
# mistake = "the mask of the first text hides in all"
# loses = ["q2-self-attention"]
# breaks = ["padding", "alone"]
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
        return attention(self.query(x), self.key(x), self.value(x), mask[:1].unsqueeze(1))
