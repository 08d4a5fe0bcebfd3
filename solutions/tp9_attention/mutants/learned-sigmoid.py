# %% tags=["mutant"]
# mistake = "scores pass a sigmoid before the softmax"
# loses = ["q2-learned-query"]
# breaks = ["law"]
# hint = "between 0 and 1 before the softmax: a sigmoid"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Sequential(nn.Linear(dim, 1), nn.Sigmoid())
        self.out_features = dim

    def forward(self, x, mask):
        scores = self.query(x).squeeze(2)
        weights = scores.masked_fill(~mask, float("-inf")).softmax(1)
        return torch.matmul(weights.unsqueeze(1), x).squeeze(1), weights
