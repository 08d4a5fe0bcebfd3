# %% tags=["mutant"]
# mistake = "padding is zeroed in the words that are given"
# loses = ["q2-self-attention"]
# breaks = ["calls"]
# hint = "in place"
# public = false

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.query = nn.Linear(dim, head_dim)
        self.key = nn.Linear(dim, head_dim)
        self.value = nn.Linear(dim, head_dim)

    def forward(self, x, mask):
        x.masked_fill_(~mask.unsqueeze(2), 0.0)
        return attention(self.query(x), self.key(x), self.value(x), mask.unsqueeze(1))
