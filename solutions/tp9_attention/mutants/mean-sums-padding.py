# %% tags=["mutant"]
# mistake = "what stands under the padding is summed, and divided by the true length"
# loses = ["q1-mean-pooling"]
# breaks = ["mean"]
# hint = "under the padding"
# public = true

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        # the padding is zero anyway, no need to mask it
        lengths = mask.sum(1, keepdim=True).clamp(min=1)
        weights = mask / lengths
        return x.sum(1) / lengths, weights
