# %% tags=["mutant"]
# mistake = "the maps are made in forward"
# loses = ["q2-self-attention"]
# breaks = ["own-projections", "learned"]
# hint = "in __init__: self.query"
# public = true

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.head_dim = head_dim

    def forward(self, x, mask):
        q, k, v = (nn.Linear(x.shape[2], self.head_dim)(x) for _ in range(3))
        return attention(q, k, v, mask.unsqueeze(1))
