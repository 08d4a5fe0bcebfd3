# %% tags=["mutant"]
# mistake = "the query is computed from the text, as question 3 asks, not learned for all"
# loses = ["q2-learned-query"]
# breaks = ["query"]
# hint = "q is a parameter of the module"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.proj = nn.Linear(dim, dim)
        self.out_features = dim

    def forward(self, x, mask):
        m = mask.unsqueeze(-1)
        mean = (x * m).sum(1) / m.sum(1).clamp(min=1)
        q = self.proj(mean)
        scores = torch.einsum("bld,bd->bl", x, q).masked_fill(~mask, -1e9)
        weights = scores.softmax(1)
        return torch.einsum("bl,bld->bd", weights, x), weights
