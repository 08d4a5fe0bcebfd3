# %% tags=["mutant"]
# mistake = "softmax over the queries"
# loses = ["q2-self-attention"]
# breaks = ["own-projections", "padding"]
# hint = "rows sum to 1 over the keys"
# public = true

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.query = nn.Linear(dim, head_dim)
        self.key = nn.Linear(dim, head_dim)
        self.value = nn.Linear(dim, head_dim)

    def forward(self, x, mask):
        q, k, v = self.query(x), self.key(x), self.value(x)
        scores = (q @ k.mT / math.sqrt(q.shape[-1])).masked_fill(~mask.unsqueeze(1), torch.finfo(x.dtype).min)
        weights = scores.softmax(dim=1).masked_fill(~mask.unsqueeze(1), 0.0)
        return weights @ v, weights
