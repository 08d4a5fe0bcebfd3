# %% tags=["mutant"]
# mistake = "the mask of the first batch of a shape is kept for the next ones"
# loses = ["q2-learned-query"]
# breaks = ["calls"]
# hint = "kept from one call to the next"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.out_features = dim
        self.query = nn.Parameter(torch.randn(dim) / dim**0.5)

    def forward(self, x, mask):
        scores = x @ self.query
        self.seen = getattr(self, 'seen', {})
        mask = self.seen.setdefault(tuple(mask.shape), mask)
        weights = scores.masked_fill(~mask, float("-inf")).softmax(1)
        weights = torch.where(mask, weights, 0.0)
        pooled = (weights.unsqueeze(-1) * x).sum(1)
        return pooled, weights
