# %% tags=["mutant"]
# mistake = "the vectors on padding are set to zero in place"
# loses = ["q1-mean-pooling"]
# breaks = ["calls"]
# hint = "change x in place"
# public = false

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        x.data.masked_fill_(~mask.unsqueeze(-1), 0)
        n = mask.sum(1, keepdim=True).clamp(min=1)
        weights = mask.float() / n
        pooled = (weights.unsqueeze(-1) * x).sum(1)
        return pooled, weights
