# %% tags=["mutant"]
# mistake = "the mask is inverted, with a large negative number"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["weights"]
# hint = "the mask is inverted"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.empty(dim).uniform_(-0.1, 0.1))
        self.out_features = dim

    def forward(self, x, mask):
        e = x @ self.query
        e = torch.where(mask, torch.full_like(e, -1e9), e)
        a = e.softmax(1)
        return torch.einsum("bl,bld->bd", a, x), a
