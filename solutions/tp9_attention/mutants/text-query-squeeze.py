# %% tags=["mutant"]
# mistake = "squeeze() with no dimension: a batch of one collapses"
# loses = ["q3-text-query"]
# breaks = ["shapes"]
# hint = "squeeze"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.mean = MeanPooling(dim)
        self.query = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, value_dim)
        self.out_features = value_dim

    def forward(self, x, mask):
        mean, _ = self.mean(x, mask)
        scores = torch.bmm(x, self.query(mean).unsqueeze(2)).squeeze()
        scores = scores.masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=-1)
        pooled = torch.bmm(weights.unsqueeze(1), self.value(x)).squeeze()
        return pooled, weights
