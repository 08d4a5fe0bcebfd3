# %% tags=["mutant"]
# mistake = "attention is computed, then the plain mean is returned"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["sum"]
# hint = "not used in the pooled vector"
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
        m = mask.unsqueeze(2).float()
        pooled = (x * m).sum(dim=1) / m.sum(dim=1)
        return pooled, weights
