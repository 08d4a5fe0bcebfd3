# %% tags=["mutant"]
# mistake = "the query comes from the first word, not from the mean"
# loses = ["q3-text-query"]
# breaks = ["query"]
# hint = "the query is a function of the mean"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, value_dim)
        self.out_features = value_dim

    def forward(self, x, mask):
        q = self.query(x[:, 0])
        scores = torch.bmm(x, q.unsqueeze(2)).squeeze(2).masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=1)
        return torch.bmm(weights.unsqueeze(1), self.value(x)).squeeze(1), weights
