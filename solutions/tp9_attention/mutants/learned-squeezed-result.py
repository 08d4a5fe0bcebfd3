# %% tags=["mutant"]
# mistake = "squeeze() with no dimension on the pooled vector: a batch of one collapses"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["shapes"]
# hint = "squeeze() also squeezes a batch of one"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.rand(dim))
        self.out_features = dim

    def forward(self, x, mask):
        scores = (x @ self.query).masked_fill(mask == 0, float("-inf"))
        p = scores.softmax(dim=1)
        t_hat = torch.bmm(x.transpose(1, 2), p.unsqueeze(2)).squeeze()
        return t_hat, p
