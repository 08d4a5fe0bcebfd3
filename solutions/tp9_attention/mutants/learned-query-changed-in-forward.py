# %% tags=["mutant"]
# mistake = "a call writes into the query"
# loses = ["q2-learned-query"]
# breaks = ["calls"]
# hint = "forward reads the parameters and writes none"
# public = false

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim) / dim**0.5)
        self.out_features = dim

    def forward(self, x, mask):
        self.query.data /= self.query.data.norm()
        scores = x @ self.query
        scores = scores.masked_fill(~mask, torch.finfo(x.dtype).min)
        weights = scores.softmax(dim=1).masked_fill(~mask, 0)
        pooled = (weights.unsqueeze(2) * x).sum(dim=1)
        return pooled, weights
