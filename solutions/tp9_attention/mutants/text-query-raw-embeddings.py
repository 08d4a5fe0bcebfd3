# %% tags=["mutant"]
# mistake = "the value is the raw embedding: there is no v_θ"
# loses = ["q3-text-query"]
# breaks = ["shapes"]
# hint = "are they what you sum, in place of the values or states?"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.mean = MeanPooling(dim)
        self.query = nn.Linear(dim, dim)
        self.out_features = value_dim

    def forward(self, x, mask):
        mean, _ = self.mean(x, mask)
        scores = torch.bmm(x, self.query(mean).unsqueeze(2)).squeeze(2).masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=1)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
