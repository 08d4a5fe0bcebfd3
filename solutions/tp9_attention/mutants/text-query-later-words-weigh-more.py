# %% tags=["mutant"]
# mistake = "the place of a word is added to its score"
# loses = ["q3-text-query"]
# breaks = ["query"]
# hint = "the place of a word does not count"
# public = false

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, dim)
        self.value = nn.Sequential(nn.Linear(dim, value_dim), nn.ReLU())
        self.out_features = value_dim

    def forward(self, x, mask):
        n = mask.sum(dim=1, keepdim=True).clamp(min=1)
        mean = (x * mask.unsqueeze(-1)).sum(dim=1) / n
        scores = torch.bmm(x, self.query(mean).unsqueeze(2)).squeeze(2)
        scores = scores + 0.1 * torch.arange(x.shape[1], device=x.device)
        weights = scores.masked_fill(~mask, -1e9).softmax(dim=1) * mask
        return torch.bmm(weights.unsqueeze(1), self.value(x)).squeeze(1), weights
