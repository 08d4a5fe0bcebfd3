# %% tags=["mutant"]
# mistake = "softmax over the batch axis"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["alone"]
# hint = "the softmax goes over the batch"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim))
        self.softmax = nn.Softmax(dim=0)
        self.out_features = dim

    def forward(self, x, mask):
        scores = (x @ self.query).masked_fill(~mask, -1e9)
        weights = self.softmax(scores)
        return torch.einsum("bld,bl->bd", x, weights), weights
