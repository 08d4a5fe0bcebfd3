# %% tags=["mutant"]
# mistake = "the ten largest scores alone go into the softmax"
# loses = ["q2-learned-query"]
# breaks = ["weights"]
# hint = "only the best words"
# public = false

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.out_features = dim
        self.query = nn.Parameter(torch.randn(dim) / dim**0.5)

    def forward(self, x, mask):
        scores = x @ self.query
        keep = scores.masked_fill(~mask, -1e9)
        k = min(10, mask.shape[1])
        mask = mask & (keep >= keep.topk(k, 1).values[:, -1:])
        weights = scores.masked_fill(~mask, float("-inf")).softmax(1)
        weights = torch.where(mask, weights, 0.0)
        pooled = (weights.unsqueeze(-1) * x).sum(1)
        return pooled, weights
