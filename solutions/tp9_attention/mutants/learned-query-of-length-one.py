# %% tags=["mutant"]
# mistake = "the query is brought to length 1 before the product"
# loses = ["q2-learned-query"]
# breaks = ["law"]
# hint = "nothing brings it to length 1"
# public = false

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim) / dim**0.5)
        self.out_features = dim

    def forward(self, x, mask):
        scores = x @ F.normalize(self.query, dim=0)
        scores = scores.masked_fill(~mask, torch.finfo(x.dtype).min)
        weights = scores.softmax(dim=1).masked_fill(~mask, 0)
        pooled = (weights.unsqueeze(2) * x).sum(dim=1)
        return pooled, weights
