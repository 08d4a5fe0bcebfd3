# %% tags=["mutant"]
# mistake = "squeeze() with no dimension on the scores: a batch of one collapses"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["shapes"]
# hint = "squeeze"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.scorer = nn.Linear(dim, 1)
        self.out_features = dim

    def forward(self, x, mask):
        scores = self.scorer(x).squeeze()
        scores = scores.masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=-1)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(), weights
