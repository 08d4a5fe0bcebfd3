# %% tags=["mutant"]
# mistake = "batch normalisation of the words that are summed"
# loses = ["q2-learned-query"]
# breaks = ["calls"]
# hint = "no normalisation over the batch"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.out_features = dim
        self.norm = nn.BatchNorm1d(dim)
        self.query = nn.Parameter(torch.randn(dim) / dim**0.5)

    def forward(self, x, mask):
        scores = x @ self.query
        weights = scores.masked_fill(~mask, float("-inf")).softmax(1)
        weights = torch.where(mask, weights, 0.0)
        pooled = (weights.unsqueeze(-1) * self.norm(x.transpose(1, 2)).transpose(1, 2)).sum(1)
        return pooled, weights
