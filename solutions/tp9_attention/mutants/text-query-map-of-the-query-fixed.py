# %% tags=["mutant"]
# mistake = "the query is a map of the mean that is drawn once, and does not learn"
# loses = ["q3-text-query"]
# breaks = ["learned"]
# hint = "no buffer"
# public = false

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim, value_dim):
        super().__init__()
        self.out_features = value_dim
        self.register_buffer('fixed', torch.randn(dim, dim))
        self.value = nn.Sequential(nn.Linear(dim, value_dim), nn.ReLU())

    def forward(self, x, mask):
        n = mask.sum(1, keepdim=True).clamp(min=1)
        mean = (x * mask.unsqueeze(-1)).sum(1) / n
        query = (mean @ self.fixed)
        values = self.value(x)
        scores = (x @ query.unsqueeze(-1)).squeeze(-1)
        weights = scores.masked_fill(~mask, float("-inf")).softmax(1)
        weights = torch.where(mask, weights, 0.0)
        pooled = (weights.unsqueeze(-1) * values).sum(1)
        return pooled, weights
