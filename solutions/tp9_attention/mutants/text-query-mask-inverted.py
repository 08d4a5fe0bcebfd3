# %% tags=["mutant"]
# mistake = "the mask is inverted: -inf where the token is real"
# loses = ["q3-text-query"]
# breaks = ["weights"]
# hint = "the mask is inverted"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, value_dim)
        self.out_features = value_dim

    def forward(self, x, mask):
        n = mask.sum(1, keepdim=True).clamp(min=1)
        mean = (x * mask.unsqueeze(2)).sum(1) / n
        scores = (x @ self.query(mean).unsqueeze(2)).squeeze(2)
        scores = scores.masked_fill(mask, -1e9)
        weights = F.softmax(scores, dim=1)
        return (weights.unsqueeze(1) @ self.value(x)).squeeze(1), weights
