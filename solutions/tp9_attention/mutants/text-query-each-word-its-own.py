# %% tags=["mutant"]
# mistake = "each word is its own query, x · Wx: the mean of the text is never used"
# loses = ["q3-text-query"]
# breaks = ["query"]
# hint = "the query is the same for all texts"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.q = nn.Linear(dim, dim)
        self.v = nn.Linear(dim, value_dim)
        self.out_features = value_dim

    def forward(self, x, mask):
        scores = (self.q(x) * x).sum(dim=2).masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=1)
        return torch.bmm(weights.unsqueeze(1), self.v(x)).squeeze(1), weights
