# %% tags=["mutant"]
# variant = "mask as torch.where; query as a Parameter of (1, d)"
# loses = []

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.empty(1, dim))
        nn.init.xavier_uniform_(self.query)
        self.out_features = dim

    def forward(self, x, mask):
        scores = (x * self.query.unsqueeze(0)).sum(dim=-1)
        scores = torch.where(mask, scores, torch.tensor(-1e30))
        weights = torch.where(mask, scores.softmax(-1), torch.tensor(0.0))
        return (weights.unsqueeze(-1) * x).sum(dim=1), weights
