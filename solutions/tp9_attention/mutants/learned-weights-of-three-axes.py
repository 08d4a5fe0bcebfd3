# %% tags=["mutant"]
# mistake = "the weights keep an axis of length 1, (B, L, 1)"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["shapes"]
# hint = "an axis of length 1 is left over"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(dim))
        self.out_features = dim

    def forward(self, x, mask):
        scores = (x @ self.query).masked_fill(~mask, -1e9)
        weights = (scores.softmax(dim=1) * mask).unsqueeze(2)
        return (weights * x).sum(dim=1), weights
