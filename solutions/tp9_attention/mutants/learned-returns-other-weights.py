# %% tags=["mutant"]
# mistake = "the weights that are returned are not those that were summed with"
# loses = ["q2-learned-query"]
# breaks = ["sum"]
# hint = "are the weights that you return those that you sum with?"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim))
        self.out_features = dim

    def forward(self, x, mask):
        scores = (x @ self.query).masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=1)
        pooled = torch.bmm(F.softmax(weights.masked_fill(~mask, -1e9), dim=1).unsqueeze(1), x).squeeze(1)
        return pooled, weights
