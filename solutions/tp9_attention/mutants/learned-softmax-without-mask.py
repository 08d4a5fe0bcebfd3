# %% tags=["mutant"]
# mistake = "no mask in the softmax, though it is given"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["weights"]
# hint = "is the mask applied before the softmax?"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.q = nn.Parameter(torch.randn(dim))
        self.out_features = dim

    def forward(self, x, mask):
        scores = torch.matmul(x, self.q)
        alpha = torch.softmax(scores, dim=1)
        pooled = (alpha.unsqueeze(-1) * x).sum(dim=1)
        return pooled, alpha
