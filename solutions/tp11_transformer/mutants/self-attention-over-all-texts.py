# %% tags=["mutant"]
# mistake = "the words of all texts are looked at"
# loses = ["q2-self-attention"]
# breaks = ["alone", "own-projections"]
# hint = "states"
# public = true

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.query = nn.Linear(dim, head_dim)
        self.key = nn.Linear(dim, head_dim)
        self.value = nn.Linear(dim, head_dim)

    def forward(self, x, mask):
        rows, length, width = x.shape
        words = x.reshape(1, rows * length, width).expand(rows, -1, -1)
        states, weights = attention(self.query(x), self.key(words), self.value(words), mask.reshape(1, 1, -1))
        return states, weights.unflatten(2, (rows, length)).sum(dim=2)
