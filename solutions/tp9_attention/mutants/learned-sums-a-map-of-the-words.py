# %% tags=["mutant"]
# mistake = "a linear map of the words is summed"
# loses = ["q2-learned-query"]
# breaks = ["sum"]
# hint = "their value is the word itself"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.out_features = dim
        self.value = nn.Linear(dim, dim)
        self.query = nn.Parameter(torch.randn(dim) / dim**0.5)

    def forward(self, x, mask):
        scores = x @ self.query
        weights = scores.masked_fill(~mask, float("-inf")).softmax(1)
        weights = torch.where(mask, weights, 0.0)
        pooled = (weights.unsqueeze(-1) * self.value(x)).sum(1)
        return pooled, weights
