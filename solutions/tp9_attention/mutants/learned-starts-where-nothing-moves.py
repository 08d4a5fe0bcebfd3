# %% tags=["mutant"]
# mistake = "the query is a product of two parameters that both start at 0: no gradient ever reaches either"
# loses = ["q2-learned-query"]
# breaks = ["learned"]
# hint = "both start at 0"
# public = false

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim
        self.key = nn.Linear(dim, dim, bias=False)
        nn.init.zeros_(self.key.weight)
        self.query = nn.Parameter(torch.zeros(dim))

    def forward(self, x, mask):
        scores = (self.key(x) @ self.query).masked_fill(~mask, -1e9)
        weights = scores.softmax(dim=1) * mask
        return torch.einsum("bl,bld->bd", weights, x), weights
