# %% tags=["mutant"]
# mistake = "exponentials without subtracting the largest score"
# loses = ["q3-text-query"]
# breaks = ["large"]
# hint = "exp overflows above 88"
# public = false

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim, value_dim):
        super().__init__()
        self.to_query = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, value_dim)
        self.out_features = value_dim

    def forward(self, x, mask):
        x = x.masked_fill(~mask.unsqueeze(2), 0)
        mean = x.sum(dim=1) / mask.sum(dim=1, keepdim=True).clamp(min=1)
        query = self.to_query(mean)
        scores = (x * query.unsqueeze(1)).sum(dim=2)
        weights = scores.exp() * mask
        weights = weights / weights.sum(1, keepdim=True)
        pooled = (weights.unsqueeze(2) * self.value(x)).sum(dim=1)
        return pooled, weights
