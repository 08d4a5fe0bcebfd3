# %% tags=["mutant"]
# variant = "mask as masked_fill(-inf); query as a Parameter of (d,)"
# loses = []

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.q = nn.Parameter(torch.randn(dim) * 0.01)
        self.out_features = dim

    def forward(self, x, mask):
        scores = torch.matmul(x, self.q)
        scores = scores.masked_fill(~mask, float("-inf"))
        weights = F.softmax(scores, dim=1)
        return torch.einsum("bl,bld->bd", weights, x), weights
