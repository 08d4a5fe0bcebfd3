# %% tags=["mutant"]
# mistake = "the first answer is kept for batches of its shape"
# loses = ["q2-self-attention"]
# breaks = ["calls"]
# hint = "kept from one call to the next"
# public = true

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.query = nn.Linear(dim, head_dim)
        self.key = nn.Linear(dim, head_dim)
        self.value = nn.Linear(dim, head_dim)
        self.kept = {}

    def forward(self, x, mask):
        if x.shape not in self.kept:
            self.kept[x.shape] = attention(self.query(x), self.key(x), self.value(x), mask.unsqueeze(1))
        return self.kept[x.shape]
