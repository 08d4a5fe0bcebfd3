# %% tags=["mutant"]
# mistake = "a word whose vector is zeros is taken for padding"
# loses = ["q2-learned-query"]
# breaks = ["weights"]
# hint = "is taken for padding"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.out_features = dim
        self.query = nn.Parameter(torch.randn(dim) / dim**0.5)

    def forward(self, x, mask):
        mask = mask & x.any(-1)
        scores = x @ self.query
        weights = scores.masked_fill(~mask, float("-inf")).softmax(1)
        weights = torch.where(mask, weights, 0.0)
        pooled = (weights.unsqueeze(-1) * x).sum(1)
        return pooled, weights
