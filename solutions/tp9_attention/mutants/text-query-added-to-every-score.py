# %% tags=["mutant"]
# mistake = "the mean is added to every score alike: it cancels in the softmax, and the query is the same for all"
# loses = ["q3-text-query"]
# breaks = ["query"]
# hint = "the query is the same for all texts"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.mean = MeanPooling(dim)
        self.score = nn.Linear(2 * dim, 1)
        self.value = nn.Linear(dim, value_dim)
        self.out_features = value_dim

    def forward(self, x, mask):
        mean, _ = self.mean(x, mask)
        both = torch.cat([x, mean.unsqueeze(1).expand_as(x)], dim=2)
        scores = self.score(both).squeeze(2).masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=1)
        return torch.bmm(weights.unsqueeze(1), self.value(x)).squeeze(1), weights
