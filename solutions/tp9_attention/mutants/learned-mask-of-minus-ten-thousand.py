# %% tags=["mutant"]
# mistake = "a number on padding that the scores of words may lie below"
# loses = ["q2-learned-query"]
# breaks = ["large"]
# hint = "fill in -inf"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim) / dim**0.5)
        self.out_features = dim

    def forward(self, x, mask):
        scores = x @ self.query
        scores = scores.masked_fill(~mask, -1e4)
        weights = scores.softmax(dim=1).masked_fill(~mask, 0)
        pooled = (weights.unsqueeze(2) * x).sum(dim=1)
        return pooled, weights
