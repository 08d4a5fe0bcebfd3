# %% tags=["mutant"]
# variant = "softmax over all places, then times mask, renormalised; the query as Linear"
# loses = []

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, 1)
        self.out_features = dim

    def forward(self, x, mask):
        weights = F.softmax(self.query(x).squeeze(-1), dim=1) * mask
        weights = weights / weights.sum(dim=1, keepdim=True).clamp(min=1e-30)
        return (weights.unsqueeze(-1) * x).sum(dim=1), weights
