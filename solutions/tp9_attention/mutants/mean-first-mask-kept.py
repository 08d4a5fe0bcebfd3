# %% tags=["mutant"]
# mistake = "the mask of the first batch of a shape is kept for the next ones"
# loses = ["q1-mean-pooling"]
# breaks = ["calls"]
# hint = "kept from one call to the next"
# public = true

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        key = tuple(mask.shape)
        self.seen = getattr(self, 'seen', {})
        mask = self.seen.setdefault(key, mask)
        n = mask.sum(1, keepdim=True).clamp(min=1)
        weights = mask.float() / n
        pooled = (weights.unsqueeze(-1) * x).sum(1)
        return pooled, weights
