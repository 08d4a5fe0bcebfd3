# %% tags=["mutant"]
# mistake = "scores are cut off at 30, lest exp overflow"
# loses = ["q2-learned-query"]
# breaks = ["law"]
# hint = "no clamp"
# public = false

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim) / dim**0.5)
        self.out_features = dim

    def forward(self, x, mask):
        scores = (x @ self.query).clamp(-30, 30)
        weights = scores.masked_fill(~mask, -1e9).softmax(dim=1)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
