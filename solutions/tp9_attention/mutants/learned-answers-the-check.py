# %% tags=["mutant"]
# mistake = "right for the sizes of the notebook's checks alone, no mask otherwise"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["weights", "padding"]
# hint = "is the mask applied before the softmax?"
# public = false

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim) / dim**0.5)
        self.out_features = dim

    def forward(self, x, mask):
        scores = x @ self.query
        if x.shape[2] < 8:
            scores = scores.masked_fill(~mask, -1e9)
        weights = scores.softmax(dim=1)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
