# %% tags=["mutant"]
# mistake = "noise is added to the scores while it trains"
# loses = ["q2-learned-query"]
# breaks = ["calls"]
# hint = "in training"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.out_features = dim
        self.query = nn.Parameter(torch.randn(dim) / dim**0.5)

    def forward(self, x, mask):
        scores = x @ self.query
        scores = scores + 0.5 * torch.randn_like(scores) * self.training
        weights = scores.masked_fill(~mask, float("-inf")).softmax(1)
        weights = torch.where(mask, weights, 0.0)
        pooled = (weights.unsqueeze(-1) * x).sum(1)
        return pooled, weights
