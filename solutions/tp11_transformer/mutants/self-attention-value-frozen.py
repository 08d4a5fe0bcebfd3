# %% tags=["mutant"]
# mistake = "the value does not learn"
# loses = ["q2-self-attention"]
# breaks = ["learned"]
# hint = "no requires_grad"
# public = false

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.query = nn.Linear(dim, head_dim)
        self.key = nn.Linear(dim, head_dim)
        self.value = nn.Linear(dim, head_dim).requires_grad_(False)

    def forward(self, x, mask):
        return attention(self.query(x), self.key(x), self.value(x), mask.unsqueeze(1))
