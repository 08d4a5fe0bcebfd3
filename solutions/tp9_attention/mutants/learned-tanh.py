# %% tags=["mutant"]
# mistake = "scores pass a tanh before the softmax"
# loses = ["q2-learned-query"]
# breaks = ["law"]
# hint = "tanh"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.w = nn.Linear(dim, dim)
        self.q = nn.Parameter(torch.randn(dim))
        self.out_features = dim

    def forward(self, x, mask):
        u = torch.tanh(self.w(x))  # as in hierarchical attention
        scores = (u @ self.q).masked_fill(~mask, -1e9)
        weights = scores.softmax(dim=1)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
