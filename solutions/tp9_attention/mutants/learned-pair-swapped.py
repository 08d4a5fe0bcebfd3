# %% tags=["mutant"]
# mistake = "forward returns (weights, pooled), the other way round"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["shapes"]
# hint = "the pair is the other way round"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim))
        self.out_features = dim

    def forward(self, x, mask):
        scores = (x @ self.query).masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=1)
        return weights, torch.bmm(weights.unsqueeze(1), x).squeeze(1)
