# %% tags=["mutant"]
# mistake = "the mask is inverted in place, for whoever uses it next"
# loses = ["q2-learned-query"]
# breaks = ["calls"]
# hint = "in place"
# public = false

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(dim))
        self.out_features = dim

    def forward(self, x, mask):
        mask.logical_not_()
        weights = F.softmax((x @ self.query).masked_fill(mask, -1e9), dim=1)
        return torch.einsum("bl,bld->bd", weights, x), weights
