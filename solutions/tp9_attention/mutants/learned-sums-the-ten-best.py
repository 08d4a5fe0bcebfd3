# %% tags=["mutant"]
# mistake = "only the ten words of the largest weights are summed"
# loses = ["q2-learned-query"]
# breaks = ["sum"]
# hint = "sum"
# public = false

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(dim))
        self.out_features = dim

    def forward(self, x, mask):
        weights = (x @ self.query).masked_fill(~mask, -1e9).softmax(dim=1) * mask
        best, places = weights.topk(min(10, weights.shape[1]), dim=1)
        return torch.bmm(best.unsqueeze(1), x.take_along_dim(places.unsqueeze(2), dim=1)).squeeze(1), weights
