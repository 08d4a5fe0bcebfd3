# %% tags=["mutant"]
# mistake = "the answer is blended with that of the call before"
# loses = ["q1-mean-pooling"]
# breaks = ["calls"]
# hint = "the same batch gives another answer"
# public = true

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        lengths = mask.sum(dim=1, keepdim=True).clamp(min=1)
        weights = mask.to(x.dtype) / lengths
        pooled = (weights.unsqueeze(2) * x.masked_fill(~mask.unsqueeze(2), 0)).sum(dim=1)
        if hasattr(self, 'last') and self.last.shape == pooled.shape:
            pooled = 0.9 * pooled + 0.1 * self.last
        self.last = pooled.detach()
        return pooled, weights
