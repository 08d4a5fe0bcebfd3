# %% tags=["mutant"]
# mistake = "softmax over the embedding axis: one weight for each number of a word"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["weights"]
# hint = "one weight for each number of a word"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim))
        self.out_features = dim

    def forward(self, x, mask):
        scores = (x * self.query).masked_fill(~mask.unsqueeze(-1), -1e9)
        weights = F.softmax(scores, dim=-1)
        return (weights * x).sum(dim=1), weights
