# %% tags=["mutant"]
# mistake = "v_θ is applied to the sum of the words, not to each word"
# loses = ["q3-text-query"]
# breaks = ["value"]
# hint = "sum the values v(x)"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.mean = MeanPooling(dim)
        self.query = nn.Linear(dim, dim)
        self.value = nn.Sequential(nn.Linear(dim, value_dim), nn.ReLU())
        self.out_features = value_dim

    def forward(self, x, mask):
        mean, _ = self.mean(x, mask)
        scores = torch.bmm(x, self.query(mean).unsqueeze(2)).squeeze(2).masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=1)
        return self.value(torch.bmm(weights.unsqueeze(1), x).squeeze(1)), weights
