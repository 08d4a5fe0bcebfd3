# %% tags=["mutant"]
# mistake = "scores pass a ReLU before the softmax: a word cannot be pushed down"
# loses = ["q2-learned-query"]
# breaks = ["law"]
# hint = "no ReLU before the softmax"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(1, dim))
        self.out_features = dim

    def forward(self, x, mask):
        scores = F.relu(F.linear(x, self.query)).squeeze(-1)
        weights = F.softmax(scores.masked_fill(~mask, -1e20), dim=1)
        return (x * weights[:, :, None]).sum(1), weights
