# %% tags=["mutant"]
# mistake = "softmax over the last axis of (B, L, 1): every weight is 1"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["weights"]
# hint = "an axis of length 1"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, 1)
        self.out_features = dim

    def forward(self, x, mask):
        scores = self.query(x)
        weights = F.softmax(scores, dim=-1) * mask.unsqueeze(-1)
        pooled = (weights * x).sum(dim=1)
        return pooled, weights.squeeze(-1)
