# %% tags=["mutant"]
# mistake = "the mask of the first batch of a shape is kept for the next ones"
# loses = ["q3-text-query"]
# breaks = ["calls"]
# hint = "kept from one call to the next"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim, value_dim):
        super().__init__()
        self.out_features = value_dim
        self.query = nn.Linear(dim, dim)
        self.value = nn.Sequential(nn.Linear(dim, value_dim), nn.ReLU())

    def forward(self, x, mask):
        self.seen = getattr(self, 'seen', {})
        mask = self.seen.setdefault(tuple(mask.shape), mask)
        n = mask.sum(1, keepdim=True).clamp(min=1)
        mean = (x * mask.unsqueeze(-1)).sum(1) / n
        query = self.query(mean)
        values = self.value(x)
        scores = (x @ query.unsqueeze(-1)).squeeze(-1)
        weights = scores.masked_fill(~mask, float("-inf")).softmax(1)
        weights = torch.where(mask, weights, 0.0)
        pooled = (weights.unsqueeze(-1) * values).sum(1)
        return pooled, weights
