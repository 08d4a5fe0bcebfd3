# %% tags=["mutant"]
# variant = "the query is a product of two parameters, which question 4 uses for its states"
# loses = []

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.inner = nn.Parameter(torch.randn(dim, dim) / dim)
        self.outer = nn.Parameter(torch.randn(dim))
        self.out_features = dim

    def forward(self, x, mask):
        scores = (x @ self.inner) @ self.outer
        weights = scores.masked_fill(~mask, float("-inf")).softmax(dim=1)
        return (weights.unsqueeze(2) * x).sum(dim=1), weights
