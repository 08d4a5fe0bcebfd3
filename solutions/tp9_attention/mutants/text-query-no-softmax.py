# %% tags=["mutant"]
# mistake = "scores are divided by their sum in place of a softmax: weights can be negative"
# loses = ["q3-text-query"]
# breaks = ["weights"]
# hint = "a weight is negative"
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
        scores = torch.bmm(x, self.query(mean).unsqueeze(2)).squeeze(2) * mask
        weights = scores / scores.sum(dim=1, keepdim=True)
        return torch.bmm(weights.unsqueeze(1), self.value(x)).squeeze(1), weights
