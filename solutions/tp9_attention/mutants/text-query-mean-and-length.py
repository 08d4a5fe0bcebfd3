# %% tags=["mutant"]
# mistake = "the query sees the number of words too, not the mean alone"
# loses = ["q3-text-query"]
# breaks = ["query"]
# hint = "the query is a function of the mean of the words"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim + 1, dim)
        self.value = nn.Sequential(nn.Linear(dim, value_dim), nn.ReLU())
        self.out_features = value_dim

    def forward(self, x, mask):
        n = mask.sum(dim=1, keepdim=True).clamp(min=1).float()
        mean = (x * mask.unsqueeze(-1)).sum(dim=1) / n
        scores = torch.bmm(x, self.query(torch.cat([mean, n], dim=1)).unsqueeze(2)).squeeze(2)
        weights = scores.masked_fill(~mask, -1e9).softmax(dim=1) * mask
        return torch.bmm(weights.unsqueeze(1), self.value(x)).squeeze(1), weights
