# %% tags=["mutant"]
# mistake = "exp without subtracting the maximum: it overflows on large scores"
# loses = ["q2-learned-query"]
# breaks = ["large"]
# hint = "exp overflows"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(dim))
        self.out_features = dim

    def forward(self, x, mask):
        e = torch.exp(x @ self.query) * mask
        p = e / e.sum(dim=1, keepdim=True)
        return (p.unsqueeze(2) * x).sum(dim=1), p
