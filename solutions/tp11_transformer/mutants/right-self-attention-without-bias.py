# %% tags=["mutant"]
# variant = "maps without bias, and attention written again"
# loses = []

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.query = nn.Linear(dim, head_dim, bias=False)
        self.key = nn.Linear(dim, head_dim, bias=False)
        self.value = nn.Linear(dim, head_dim, bias=False)

    def forward(self, x, mask):
        q, k, v = self.query(x), self.key(x), self.value(x)
        scores = torch.bmm(q, k.transpose(1, 2)) * q.size(-1) ** -0.5
        scores = scores.masked_fill(~mask[:, None, :], -1e9)
        weights = torch.softmax(scores, dim=2)
        return torch.bmm(weights, v), weights
