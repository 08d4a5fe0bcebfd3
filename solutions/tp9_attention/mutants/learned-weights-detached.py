# %% tags=["mutant"]
# mistake = "the weights that are returned are detached: question 5 has no gradient"
# loses = ["q2-learned-query"]
# breaks = ["gradient"]
# hint = "those of the softmax: no detach"
# public = false

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.out_features = dim
        self.query = nn.Parameter(torch.randn(dim) / dim**0.5)

    def forward(self, x, mask):
        scores = x @ self.query
        weights = scores.masked_fill(~mask, float("-inf")).softmax(1)
        weights = torch.where(mask, weights, 0.0)
        pooled = (weights.unsqueeze(-1) * x).sum(1)
        return pooled, weights.detach()
