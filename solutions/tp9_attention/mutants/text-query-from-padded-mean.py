# %% tags=["mutant"]
# mistake = "the query comes from the padded mean"
# loses = ["q3-text-query"]
# breaks = ["padding"]
# hint = "is the query's mean taken over the words alone?"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, dim)
        self.value = nn.Sequential(nn.Linear(dim, value_dim), nn.ReLU())
        self.out_features = value_dim

    def forward(self, x, mask):
        q = self.query(x.mean(dim=1))
        scores = torch.bmm(x, q.unsqueeze(2)).squeeze(2)
        weights = F.softmax(scores.masked_fill(~mask, -1e9), dim=1)
        return torch.bmm(weights.unsqueeze(1), self.value(x)).squeeze(1), weights
