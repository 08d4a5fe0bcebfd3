# %% tags=["mutant"]
# mistake = "the query does not depend on the text: question 3 answered with question 2"
# loses = ["q3-text-query"]
# breaks = ["query"]
# hint = "the query is the same for all texts"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim))
        self.value = nn.Sequential(nn.Linear(dim, 2 * value_dim), nn.ReLU(), nn.Linear(2 * value_dim, value_dim))
        self.out_features = value_dim

    def forward(self, x, mask):
        scores = (x @ self.query).masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=1)
        return torch.bmm(weights.unsqueeze(1), self.value(x)).squeeze(1), weights
