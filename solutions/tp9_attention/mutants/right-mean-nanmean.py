# %% tags=["mutant"]
# variant = "mean through nanmean"
# loses = []

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        holes = x.masked_fill(~mask[:, :, None], float("nan"))
        weights = mask / mask.sum(dim=1, keepdim=True).clamp(min=1)
        return holes.nanmean(dim=1).nan_to_num(0.0), weights
