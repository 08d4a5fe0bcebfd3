# %% tags=["mutant"]
# mistake = "squeeze() with no dimension: a batch of one collapses"
# loses = ["q1-mean-pooling"]
# breaks = ["shapes"]
# hint = "squeeze() also squeezes a batch of one"
# public = true

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        weights = mask.float()
        weights = weights / weights.sum(dim=1, keepdim=True)
        pooled = torch.matmul(weights.unsqueeze(1), x).squeeze()
        return pooled, weights
