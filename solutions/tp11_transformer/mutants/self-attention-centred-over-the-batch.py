# %% tags=["mutant"]
# mistake = "words less their mean over the batch"
# loses = ["q2-self-attention"]
# breaks = ["own-projections", "alone"]
# hint = "nothing more"
# public = true

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.query = nn.Linear(dim, head_dim)
        self.key = nn.Linear(dim, head_dim)
        self.value = nn.Linear(dim, head_dim)

    def forward(self, x, mask):
        x = x - x.mean(dim=0)
        return attention(self.query(x), self.key(x), self.value(x), mask.unsqueeze(1))
